// Shows what changed between two releases that the service has at hand.

import { $, el } from "./dom.js";
import { openReport } from "./reports.js";
import { call, latest, STALE } from "./service.js";
import { openView } from "./views.js";

const MOST = 500; // codes of a page, the service's limit

const askChanges = latest(async (signal, old, later) => {
  const list = [];
  let page = {};
  do {
    const from = page.next_cursor ? `&cursor=${page.next_cursor}` : "";
    page = await call(`v1/releases/changes?old=${encodeURIComponent(old)}&new=${encodeURIComponent(later)}&limit=${MOST}${from}`, { signal });
    list.push(...page.changes);
  } while (page.next_cursor);
  return { list, remarks: page.remarks };
});

const chooser = (label, names, chosen) => el("label", { class: "field" }, label, el("select", {}, ...names.map((name) => el("option", { value: name, selected: name === chosen }, name))));

function say(...content) {
  $("file-pane").replaceChildren(el("h2", {}, "Changes between releases"), ...content);
  openView("file", true);
}

export async function openChanges() {
  try {
    const { comparable, release } = await call("v1/releases");
    if (comparable.length < 2) return say(el("p", {}, "The service has one release to compare. Its operator can install another (hcpcs index build --release FILE). A file of hcpcs index diff opens under “Several lines”."));
    const later = comparable.includes(release) && release !== comparable.at(-1) ? release : comparable[0];
    const fields = [chooser("From ", comparable, comparable[comparable.indexOf(later) + 1]), chooser("to ", comparable, later)];
    const [from, to] = fields.map((field) => field.querySelector("select"));
    const draw = async (event) => {
      const names = [from.value, to.value];
      try {
        const found = await askChanges(...names);
        if (found === STALE) return;
        openReport(`${names.join(" to ")}`, { kind: "diff", list: found.list }, { hint: found.remarks.join(" "), fields });
        event?.target.focus();
      } catch (error) {
        say(el("div", { class: "table-tools" }, ...fields), el("p", { class: "problem" }, error.message));
      }
    };
    for (const one of [from, to]) one.addEventListener("change", draw);
    return draw();
  } catch (error) {
    return say(el("p", { class: "problem" }, error.message));
  }
}
