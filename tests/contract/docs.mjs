// Opens /docs in a browser that reaches nothing but the server, and reads what is there: the page is drawn from
// the document, nothing else is asked for, and nothing is complained about.
//
//   BASE=http://127.0.0.1:8080 node docs.mjs BROWSER
import { chromium } from "playwright-core";

const [browserPath] = process.argv.slice(2);
const base = process.env.BASE;
if (!browserPath || !base) {
  console.error("usage: BASE=… node docs.mjs BROWSER");
  process.exit(2);
}

// The document has megabytes, and the machine may be busy.
const patience = 90_000;
const complaints = [];
const browser = await chromium.launch({
  executablePath: browserPath,
  // A browser does not start its sandbox as root, and opens nothing here but our own page.
  args: ["--no-sandbox", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
});
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`page: ${error.message}`));
  page.on("requestfailed", (request) => complaints.push(`not loaded: ${request.url()}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${base}/`) && !url.startsWith("data:")) complaints.push(`asked for elsewhere: ${url}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
  });
  await page.goto(`${base}/docs`);
  await page.locator(".info .title", { hasText: "Guanxi" }).waitFor();
  const tags = page.locator(".opblock-tag");
  await tags.first().waitFor();
  const errors = await page.locator(".errors-wrapper").allInnerTexts();
  complaints.push(...errors.map((text) => `shown: ${text}`));
  console.log(`/docs shows ${await tags.count()} groups of operations`);
} catch (error) {
  complaints.push(error.message);
} finally {
  await browser.close();
}
for (const complaint of complaints) console.error(complaint);
process.exitCode = complaints.length ? 1 : 0;
