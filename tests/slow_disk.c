/* Preloaded: reads, writes and flushes of ordinary files below a folder take SLOW_MS milliseconds longer. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static void wait_for(int file) {
    const char *folder = getenv("SLOW_FOLDER"), *milliseconds = getenv("SLOW_MS");
    struct stat about;
    char link[64], path[4096];
    if (!folder || !milliseconds || fstat(file, &about) || !S_ISREG(about.st_mode)) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0 || strncmp(path, folder, strlen(folder))) return;
    long wait = atol(milliseconds);
    struct timespec delay = {wait / 1000, wait % 1000 * 1000000};
    nanosleep(&delay, NULL);
}

#define SLOW(result, name, parameters, arguments)                                    \
    result name parameters {                                                         \
        static result(*real) parameters;                                             \
        if (!real) real = (result(*) parameters)dlsym(RTLD_NEXT, #name);             \
        wait_for(file);                                                              \
        return real arguments;                                                       \
    }

SLOW(ssize_t, read, (int file, void *data, size_t size), (file, data, size))
SLOW(ssize_t, write, (int file, const void *data, size_t size), (file, data, size))
SLOW(ssize_t, pread64, (int file, void *data, size_t size, off_t at), (file, data, size, at))
SLOW(ssize_t, pwrite64, (int file, const void *data, size_t size, off_t at), (file, data, size, at))
SLOW(int, fsync, (int file), (file))
