// Calls to the public routes. Typed text is sent in bodies only, never in an address.

const KEY = "hcpcs-key";
export const STALE = Symbol("a newer request was made");

export class ServiceError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

let askForKey = null;
let asking = null;

// `ask(refused)` opens the dialog and resolves with the key, or ""; calls that are refused at the same time share one dialog.
export function onKeyNeeded(ask) {
  askForKey = ask;
}

function headers(body) {
  const key = sessionStorage.getItem(KEY);
  return { ...(body ? { "Content-Type": "application/json" } : {}), ...(key ? { "X-API-Key": key } : {}) };
}

async function send(path, body, signal) {
  try {
    return await fetch(path, {
      method: body ? "POST" : "GET",
      headers: headers(body),
      body: body ? JSON.stringify(body) : undefined,
      signal,
      credentials: "same-origin",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServiceError("The service does not answer. Check that it runs; your text is still here.", 0);
  }
}

async function problem(response) {
  const body = await response.json().catch(() => ({}));
  const detail = body.detail || `the service answered with status ${response.status}`;
  return new ServiceError(sentence(detail), response.status);
}

// Removes the field's path at the start of problem details, which means nothing to a coder.
export function sentence(detail) {
  const words = detail.replace(/^\$?[\w.[\]]*: /, "");
  const first = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

export async function call(path, { body, signal } = {}) {
  const response = await send(path, body, signal);
  if (response.status === 401 && askForKey) {
    asking ??= askForKey(sessionStorage.getItem(KEY) !== null).finally(() => (asking = null));
    const key = await asking;
    if (!key) throw new ServiceError("This service needs its API key. Reload the page to give it.", 401);
    sessionStorage.setItem(KEY, key);
    return call(path, { body, signal });
  }
  if (!response.ok) throw await problem(response);
  return response.json();
}

// Wraps a call so that its result is STALE when a newer call was made meanwhile; the older request is aborted.
export function latest(run) {
  let newest = 0;
  let controller = null;
  const wrapped = async (...values) => {
    controller?.abort();
    controller = new AbortController();
    const mine = ++newest;
    try {
      const value = await run(controller.signal, ...values);
      return mine === newest ? value : STALE;
    } catch (error) {
      if (mine !== newest || error.name === "AbortError") return STALE;
      throw error;
    }
  };
  wrapped.cancel = () => {
    newest += 1;
    controller?.abort();
  };
  return wrapped;
}
