// Copies text with the clipboard API, else with the older command, else asks the user to press the copy keys.

import { toast } from "./dom.js";

export async function copy(text, said = text) {
  if ((await byClipboard(text)) || byCommand(text)) {
    toast(`${said} copied`);
    return true;
  }
  byHand(text);
  return false;
}

async function byClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // permission denied, or the page comes from another machine without https
  }
}

function field(text) {
  const box = document.createElement("textarea");
  box.className = "unseen";
  box.setAttribute("aria-hidden", "true");
  box.tabIndex = -1;
  box.readOnly = true;
  box.value = text;
  (document.querySelector("dialog[open]") ?? document.body).append(box);
  return box;
}

function byCommand(text) {
  const before = document.activeElement;
  const box = field(text);
  box.select();
  let done = false;
  try {
    done = document.execCommand("copy");
  } catch {
    done = false;
  }
  box.remove();
  before?.focus?.({ preventScroll: true });
  return done;
}

function byHand(text) {
  const before = document.activeElement;
  const box = field(text);
  box.select();
  const mac = /Mac|iPhone|iPad/.test(navigator.userAgent);
  toast(`This browser does not let the page copy: press ${mac ? "⌘" : "Ctrl+"}C now to copy ${text}`, 8000);
  let left = false;
  const leave = (back) => {
    if (left) return;
    left = true;
    box.remove();
    if (back) before?.focus?.({ preventScroll: true });
  };
  // The `copy` event comes while the text is still selected: remove the field after it, or when the user does something else.
  box.addEventListener("copy", () => setTimeout(() => {
    leave(true);
    toast(`${text} copied`);
  }));
  box.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !["Control", "Meta", "Shift"].includes(event.key)) leave(true);
  });
  box.addEventListener("blur", () => setTimeout(() => leave(false)));
}
