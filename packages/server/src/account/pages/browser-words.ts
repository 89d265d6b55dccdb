import { say, type Text } from "../../words/index.ts";
import { claim } from "./device-words.ts";

/** In this order: most browsers also name those they want to be taken for. */
const browsers: readonly (readonly [mark: RegExp, name: string])[] = [
	[/\bEdg(?:e|A|iOS)?\//, "Edge"],
	[/\bOPR\//, "Opera"],
	[/\bSamsungBrowser\//, "Samsung Internet"],
	[/\b(?:Firefox|FxiOS)\//, "Firefox"],
	[/\b(?:(?:Headless)?Chrome|Chromium|CriOS)\//, "Chrome"],
	[/\bVersion\/\S+ (?:Mobile\/\S+ )?Safari\//, "Safari"],
];

const systems: readonly (readonly [mark: RegExp, name: string | Text])[] = [
	[/\bAndroid\b/, "Android"],
	[/\biPhone\b/, say("browsers.iphone")],
	[/\biPad\b/, say("browsers.ipad")],
	[/\bCrOS\b/, "ChromeOS"],
	[/\bWindows\b/, "Windows"],
	[/\bMac OS X\b/, say("browsers.mac")],
	[/\bLinux\b/, "Linux"],
];

/** "Firefox on Windows": what a browser says it is, in plain words, or its own where they are not known. */
export function browserName(userAgent: string | undefined): string | Text {
	const text = userAgent ?? "";
	const browser = browsers.find(([mark]) => mark.test(text))?.[1];
	const system = systems.find(([mark]) => mark.test(text))?.[1];
	if (browser !== undefined) return system === undefined ? browser : say("browsers.on", { browser, system });
	if (system !== undefined) return say("browsers.some-on", { system });
	return claim(text, 60) ?? say("browsers.unnamed");
}

/** All that a browser or an app calls itself, as far as anybody would read it; undefined where that is nothing. */
export function agentClaim(userAgent: string | undefined): string | undefined {
	return claim(userAgent, 256);
}
