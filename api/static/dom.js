// Helpers for the document. Text is always inserted as text nodes, never as markup.

export const $ = (id) => document.getElementById(id);

// Creates an element with attributes (`on…` are listeners; false and null are left out) and children.
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export function show(element, visible = true) {
  element.hidden = !visible;
}

export function later(milliseconds, run) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...values), milliseconds);
  };
}

// Screen readers get one sentence when the user pauses, not one for each letter.
const speak = later(600, (sentence) => {
  $("announce").textContent = sentence;
});

export function announce(sentence) {
  $("announce").textContent = "";
  speak(sentence);
}

let toastTimer;

export function toast(sentence, milliseconds = 2600) {
  const place = $("toast");
  place.textContent = sentence;
  place.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => {
    place.classList.remove("shown");
    toastTimer = setTimeout(() => (place.textContent = ""), 300); // after the fade-out
  }, milliseconds);
}
