// Copying with three ways down: the clipboard API, the old command, and the person's own keys.

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
    return false; // denied, or a page without https on another machine
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
  const leave = () => {
    box.remove();
    before?.focus?.({ preventScroll: true });
  };
  // `copy` fires with the text still selected; leave afterwards, or when the person does something else.
  box.addEventListener("copy", () => setTimeout(() => { leave(); toast(`${text} copied`); }));
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || ["Control", "Meta", "Shift"].includes(event.key)) return;
    leave();
  });
  box.addEventListener("blur", () => box.remove());
}
