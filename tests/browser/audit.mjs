// Opens pages in the Chromium of the system and says in JSON what is wrong with each.
// node audit.mjs CHROMIUM PAGE...; a page is a file. What it asks of any other place is refused.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, ...pages] = process.argv.slice(2);
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });

async function look(file, width) {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  const said = [];
  page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => said.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) said.push(`request: ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href);
  if (await page.locator("#keuze").count()) {
    await page.waitForSelector("html[data-drawn]", { timeout: 30000 });
  }
  const focused = await tabs(page);
  await page.evaluate(() => document.querySelectorAll("details").forEach((each) => {
    each.open = true;
  }));
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  const result = {
    file, width, said, focused,
    violations: violations.map((found) => (
      `${found.id}: ${found.help} (${found.nodes.length}) ${found.nodes[0].html.slice(0, 200)}`)),
    scrollWidth: await page.evaluate(() => document.documentElement.scrollWidth),
    firstPaint: await page.evaluate(() => performance.getEntriesByName("first-paint")[0]?.startTime),
  };
  result.drawn = await page.evaluate(() => Number(document.documentElement.dataset.drawn ?? 0));
  await page.close();
  return result;
}

// What the tab key reaches, in order, and whether each shows that it has the focus.
async function tabs(page) {
  const reached = [];
  for (let press = 0; press < 40; press += 1) {
    await page.keyboard.press("Tab");
    const found = await page.evaluate(() => {
      const active = document.activeElement;
      if (active === null || active === document.body) return null;
      const style = getComputedStyle(active);
      return {
        name: active.id || active.name || active.tagName.toLowerCase(),
        tag: active.tagName.toLowerCase(),
        isVisible: style.outlineStyle !== "none" && style.outlineWidth !== "0px",
      };
    });
    if (found === null) break;
    reached.push(found);
  }
  return reached;
}

async function explore(file) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector("html[data-drawn]", { timeout: 30000 });
  const seen = async () => ({
    outcome: (await page.locator("#uitkomst").innerText()).replaceAll("\u00a0", " "),
    tables: (await page.locator("main table tbody tr").allInnerTexts())
      .map((text) => text.replaceAll("\u00a0", " ")),
    charts: await page.locator("main svg[role=img]").count(),
  });
  const first = await seen();
  await page.selectOption("#gebied", { label: "Rotterdam" });
  await page.waitForTimeout(500);
  const area = await seen();
  await page.focus("#werksoort");
  await page.keyboard.press("ArrowDown");
  await page.waitForTimeout(500);
  const service = await seen();
  await page.selectOption("#gebied", "");
  await page.waitForTimeout(500);
  const whole = await seen();
  await page.selectOption("#werksoort", "");
  await page.locator("#kpi").selectOption({ label: "E4.1.2 % deelnemers dat hulp durft te vragen" });
  await page.waitForTimeout(500);
  return { first, area, service, whole, hidden: await seen() };
}

async function print(file) {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(file).href);
  await page.emulateMedia({ media: "print" });
  return page.locator(".kpi h4, .value").evaluateAll((texts) => (
    texts.filter((text) => !text.checkVisibility({ contentVisibilityAuto: true })).length));
}

const looks = [];
for (const file of pages) {
  for (const width of [1280, 320]) looks.push(await look(file, width));
}
const named = (name) => pages.find((file) => file.endsWith(name));
console.log(JSON.stringify({
  looks, explored: await explore(named("verken.html")), unprinted: await print(named("rapport.html")),
}));
await browser.close();
