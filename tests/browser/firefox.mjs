// What a coder does with keys in Firefox, steered over WebDriver BiDi: node firefox.mjs ADDRESS FIREFOX FOLDER
// Prints one JSON object of what was seen; the test that starts it holds the expected values.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";

const [address, executablePath, folder] = process.argv.slice(2);
const AXE = join(dirname(fileURLToPath(import.meta.url)), "node_modules", "axe-core", "axe.min.js");
const SHEET = "charge desc\tDOS\tQty\tMod\nfolding walker\t01/15/2026\t2\tNU\ninsulin\t01/16/2026\t1\t\nqqq zzz\t01/17/2026\t1\t\n";
const PREFERENCES = {
  "dom.events.testing.asyncClipboard": true, // the test may fill the clipboard without a click
  "browser.download.folderList": 2,
  "browser.download.dir": folder,
  "browser.download.useDownloadDir": true,
  "browser.download.alwaysOpenPanel": false,
};
const seen = { faults: [], addresses: [], axe: {} };

const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true, extraPrefsFirefox: PREFERENCES });
try {
  const page = await browser.newPage();
  page.on("console", (said) => ["error", "warn"].includes(said.type()) && seen.faults.push(`${said.type()}: ${said.text()}`));
  page.on("pageerror", (error) => seen.faults.push(`error: ${error.message}`));
  page.on("request", (request) => seen.addresses.push(request.url()));

  // Conditions are looked at from outside: the page's policy forbids `eval`, and tasks of its own are not its subject.
  async function until(what, condition) {
    const end = Date.now() + 30_000;
    for (;;) {
      if (await page.evaluate(condition)) return;
      if (Date.now() > end) throw new Error(`never came true: ${what}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }
  const words = (selector) => page.evaluate((one) => document.querySelector(one)?.innerText ?? "", selector);
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  const answered = () => until("an answer", () => !document.querySelector("#search").hasAttribute("aria-busy") && Boolean(document.querySelector("#option-0")));
  const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); };
  async function combined(modifier, key) {
    await page.keyboard.down(modifier);
    await page.keyboard.press(key);
    await page.keyboard.up(modifier);
  }
  async function judged(view) {
    if (!existsSync(AXE)) return;
    await until("no animation", () => document.getAnimations().length === 0);
    await page.evaluate(readFileSync(AXE, "utf8"));
    seen.axe[view] = await page.evaluate(async () => {
      const { violations } = await axe.run(document, { resultTypes: ["violations"] });
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
    });
  }

  await page.setViewport({ width: 1280, height: 800 });
  await page.goto(`${address}/`);
  await until("the release", () => Boolean(document.querySelector("#facts strong")));
  await judged("start");

  await page.keyboard.type("walker");
  await answered();
  seen.listed = await page.evaluate(() => [...document.querySelectorAll("#results [role=option]")].map((row) => row.dataset.code));
  await press("ArrowDown");
  await until("details of the second code", () => document.querySelector("#details-code")?.textContent === document.querySelectorAll("#results [role=option]")[1].dataset.code);
  await judged("list");
  await press("Enter");
  await until("a copy", () => Boolean(document.querySelector("#toast.shown")));
  seen.copied = await clipboard();
  seen.focused = await page.evaluate(() => document.activeElement.id);
  await press("Escape");

  await page.evaluate((text) => navigator.clipboard.writeText(text), SHEET);
  await combined("Control", "v");
  await until("the table", () => Boolean(document.querySelector("#table-progress")?.hidden));
  seen.summary = await words("#table-summary");
  seen.columns = await words("#columns summary");
  seen.picked = await page.evaluate(() => [...document.querySelectorAll("#lines-table select")].map((one) => one.value));
  await judged("lines");

  await page.focus("#line-0 select");
  await press("a");
  seen.after_accept = await page.evaluate(() => document.activeElement.closest("tr")?.id);
  await press("s");
  await until("the search of a line", () => document.activeElement.id === "text");
  await combined("Control", "a");
  await page.keyboard.type("plain wheelchair");
  await answered();
  await press("Enter");
  await until("the line's code", () => document.querySelector("#line-2 select")?.value === "K0001");
  seen.reviewed = await words("#table-summary");

  await page.click("#download");
  const saved = () => readdirSync(folder).find((name) => name.endsWith(".csv") && !existsSync(join(folder, `${name}.part`)));
  await until("a download", () => document.querySelector("#toast.shown")?.textContent.includes("saved"));
  const end = Date.now() + 30_000;
  while (!(saved() && readFileSync(join(folder, saved())).length)) {
    if (Date.now() > end) throw new Error("nothing was downloaded");
    await new Promise((done) => setTimeout(done, 20));
  }
  seen.csv = readFileSync(join(folder, saved()), "utf8");
  seen.stored = await page.evaluate(() => localStorage.length + sessionStorage.length);
  seen.browser = await browser.version();
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
