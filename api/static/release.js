// Shows the release and its age, and asks for the API key when the service requires one.

import { $, el } from "./dom.js";
import { call } from "./service.js";
import { state } from "./state.js";
import { ageWords, count, releaseAge } from "./wording.js";

const CPT = "http://www.ama-assn.org/go/cpt";
const RETRY_MS = 5000;

export async function readRelease() {
  try {
    const { release, notice, code_sets: sets } = await call("v1/releases");
    drawRelease(release, notice, sets);
    drawLevels(sets);
  } catch (error) {
    $("facts").textContent = error.message;
    if (error.status !== 401) setTimeout(readRelease, RETRY_MS);
  }
}

function drawRelease(release, notice, sets) {
  const age = releaseAge(release, new Date());
  const name = notice ? notice.charAt(0).toUpperCase() + notice.slice(1) : age.words;
  const active = sets.reduce((sum, set) => sum + set.active, 0);
  const parts = [notice && age.months !== null && age.words, ageWords(age), count(active, "active code")];
  $("facts").replaceChildren(el("strong", {}, name), `: ${parts.filter(Boolean).join(", ")}.`);
  $("facts").classList.toggle("old", age.behind > 0 || Boolean(notice));
}

function drawLevels(sets) {
  state.hasLevel1 = sets.some(({ system }) => system === CPT);
  const option = $("level").querySelector('[value="1"]');
  option.disabled = !state.hasLevel1;
  option.textContent = state.hasLevel1 ? "I (CPT)" : "I (CPT): not loaded";
}

export function askKey(refused) {
  const dialog = $("ask-key");
  dialog.returnValue = "";
  $("key-refused").hidden = !refused;
  $("key").value = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "go" ? $("key").value.trim() : ""), { once: true }));
}
