/**
 * `npm run gallery [-- folder]`: every page in the states that have a sample, as pictures of a phone and a desk by day
 * and by night, and an index.html that shows them side by side. Default folder: `gallery`. Needs Chromium.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { besidePages } from "../packages/server/test/support/beside-pages.ts";
import { openBesideWorld } from "../packages/server/test/support/beside-world.ts";
import { heading, openBrowserWorld } from "../packages/server/test/support/browser-world.ts";
import { desk, phone } from "../packages/server/test/support/chromium.ts";
import { everyPage } from "../packages/server/test/support/every-page.ts";
import type { Sight } from "../packages/server/test/support/sight.ts";
import { chromium } from "./requirements.ts";

interface Look {
	readonly viewport: typeof phone | typeof desk;
	readonly colorScheme: "light" | "dark";
}

const looks: readonly Look[] = [
	{ viewport: phone, colorScheme: "light" },
	{ viewport: phone, colorScheme: "dark" },
	{ viewport: desk, colorScheme: "light" },
	{ viewport: desk, colorScheme: "dark" },
];

/** Pages that look again by themselves would change while their picture is taken. */
const holdStill = "window.setTimeout = window.setInterval = () => 0;";

async function main(folder: string): Promise<void> {
	await mkdir(folder, { recursive: true });
	await using world = await openBrowserWorld({ stepUp: true });
	const person = await world.person("alice");
	const { signedOut, signedIn } = everyPage(world, person);
	const stranger = await world.chromium.window();
	const taken = await photographAll(stranger, signedOut, folder);
	const own = await photographAll(await world.signedIn("alice"), signedIn, folder);
	await using beside = await openBesideWorld();
	const elsewhere = await photographAll(await world.chromium.window(), besidePages(beside), folder);
	const sights = [...taken, ...own, ...elsewhere];
	await writeFile(join(folder, "index.html"), index(sights));
	const pictures = sights.length * looks.length;
	process.stdout.write(`${sights.length} states, ${pictures} pictures: ${join(folder, "index.html")}\n`);
}

async function photographAll(
	page: Page,
	sights: readonly Sight[],
	folder: string,
): Promise<readonly Sight[]> {
	await page.addInitScript(holdStill);
	for (const sight of sights) {
		await sight.open(page);
		await heading(page, sight.title);
		for (const look of looks) {
			await page.setViewportSize(look.viewport);
			await page.emulateMedia({ colorScheme: look.colorScheme });
			const path = join(folder, picture(sight, look));
			await page.screenshot({ path, fullPage: true });
		}
	}
	return sights;
}

function picture({ name }: Sight, { viewport, colorScheme }: Look): string {
	return `${name}-${viewport.width}-${colorScheme}.png`;
}

/** Names and titles are our own constants: nothing in them needs escaping. */
function index(sights: readonly Sight[]): string {
	const rows = sights.map((sight) => {
		const pictures = looks.map((look) => {
			const file = picture(sight, look);
			return `<a href="${file}"><img src="${file}" alt="${sight.title}, ${look.viewport.width} px, ${look.colorScheme}" loading="lazy"></a>`;
		});
		return `<section id="${sight.name}"><h2>${sight.name}</h2><p>${sight.title}</p><div>${pictures.join("\n")}</div></section>`;
	});
	return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Every page, in every state</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;margin:2rem}div{display:flex;flex-wrap:wrap;gap:1rem;align-items:start}
img{height:24rem;width:auto;border:1px solid #888}h2{margin-bottom:0}p{margin:0 0 .5rem;color:#555}</style></head>
<body><h1>Every page, in every state</h1>
${rows.join("\n")}
</body></html>
`;
}

const { available, skip } = chromium();
if (available) {
	await main(resolve(process.argv[2] ?? "gallery"));
} else {
	process.stderr.write(`${skip}\n`);
	process.exitCode = 1;
}
