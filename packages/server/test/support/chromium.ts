import { type Browser, type BrowserContextOptions, chromium as driver, type Page } from "playwright-core";
import { chromium } from "../../../../tools/requirements.ts";

/** Skips where Chromium is not installed; see `tools/requirements.ts`. */
export const needsChromium = { skip: chromium().skip };

/** A real browser. Every window opened through it is watched for what browsers complain of. */
export interface Chromium {
	/** A window with cookies of its own, 390 px wide unless told otherwise. */
	window(options?: BrowserContextOptions): Promise<Page>;
	/** What was refused by a policy, threw, or was reported as an error, since the last call. */
	complaints(): readonly string[];
	close(): Promise<void>;
}

export const phone = { width: 390, height: 844 } as const;
export const desk = { width: 1280, height: 800 } as const;

/** Nothing of the browser's own talks to anybody, and pages are drawn without imitating a graphics card. */
const quiet = ["--disable-background-networking", "--disable-quic", "--no-first-run", "--disable-gpu"];
/** For what is bound to come: a busy machine takes its time. */
const patienceMs = 60_000;

export async function launchChromium(): Promise<Chromium> {
	const { executablePath, args } = chromium().part();
	const options = { executablePath, args: [...args, ...quiet], timeout: patienceMs };
	const browser: Browser = await driver.launch(options);
	const heard: string[] = [];
	return {
		async window(options = {}) {
			const context = await browser.newContext({ viewport: phone, ...options });
			context.setDefaultTimeout(patienceMs);
			context.on("page", (page) => listen(page, heard));
			return context.newPage();
		},
		complaints: () => heard.splice(0),
		close: () => browser.close(),
	};
}

function listen(page: Page, heard: string[]): void {
	page.on("pageerror", (error) => heard.push(`${page.url()}: ${error.message}`));
	page.on("console", (message) => {
		if (!["error", "warning"].includes(message.type()) || isStatusOfPage(message.text())) return;
		heard.push(`${page.url()}: ${message.text()}`);
	});
}

/** Chromium reports a page whose status is an error as an error; a page that says "not found" is none. */
function isStatusOfPage(text: string): boolean {
	return /^Failed to load resource: the server responded with a status of (?:4\d\d|50[03])/.test(text);
}
