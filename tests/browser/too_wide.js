// What is wider than the screen, or holds text that its own edge cuts off unseen. One expression, for page.evaluate.
(() => {
  const looked = "button, summary, label, th, td, p, h2, h3, li, .code, .badge, .belief-words";
  const whole = "button, summary, .code, .belief-words"; // whose text must not be cut off
  const elsewhere = ".unseen, .scroll, thead, [hidden]"; // not seen, or with a scroll bar of its own
  const name = (one) => `${one.tagName.toLowerCase()}${one.id ? `#${one.id}` : ""}.${one.className}: ${one.textContent.trim().slice(0, 40)}`;
  const said = new Set();
  if (document.documentElement.scrollWidth > innerWidth) said.add("the page is wider than the screen");
  for (const one of document.querySelectorAll(looked)) {
    const box = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    if (!box.width || one.closest(elsewhere) || style.clipPath !== "none" || !one.checkVisibility({ visibilityProperty: true })) continue;
    if (box.right > innerWidth + 1 || box.left < -1) said.add(`beyond the edge: ${name(one)}`);
    else if (one.matches(whole) && style.display !== "inline" && one.scrollWidth > one.clientWidth + 2) said.add(`wider than its box: ${name(one)}`);
  }
  return [...said];
})()
