import { join } from "node:path";
import { password as otherPassword } from "../../packages/client/test/support/servers/index.ts";
import { allowDevice } from "../../packages/server/test/support/device-grant.ts";
import type { FormBrowser } from "../../packages/server/test/support/form-browser.ts";
import {
	approve,
	type LoggedInDevice,
	type RunningServer,
} from "../../packages/server/test/support/server.ts";
import { until } from "../../packages/server/test/support/until.ts";
import type { WasmApp } from "../../packages/server/test/support/wasm-app.ts";
import { type Deed, differences } from "../walked-document/index.ts";
import type { Reader, Typed } from "./reader.ts";

/** Who does what `docs/bots.md` says, and where. */
export interface BotsWorld {
	readonly reader: Reader;
	/** The server that the page calls http://localhost:8008. */
	readonly server: RunningServer;
	/** The server that the page calls https://matrix.example.org. */
	readonly other: { readonly url: string };
	/** Somebody who is signed in as the bot. */
	readonly browser: FormBrowser;
	/** The bot's devices that others take for its own. */
	readonly trusted: () => Promise<readonly string[]>;
}

/** Does one of them, with a person's part where one is needed. @throws where it fails, or says what is not shown */
export async function doDeed(world: BotsWorld, deed: Deed): Promise<void> {
	const { reader } = world;
	if (deed.do === "write") return reader.write(deed.file, deed.text);
	const typed = reader.type(atTheseServers(world, deed.lines));
	const said = await Promise.race([typed.ended, playPerson(world, typed)]);
	if (deed.shown === undefined) return;
	const wrong = differences({ shown: deed.shown, said }, (text) => plain(world, text));
	if (wrong !== undefined) throw new Error(`${deed.lines}\n${wrong}`);
}

function atTheseServers({ server, other }: BotsWorld, text: string): string {
	const here = server.url.replace(/\/$/, "");
	return text.replaceAll("http://localhost:8008", here).replaceAll("https://matrix.example.org", other.url);
}

/** What a person does meanwhile; for a program that runs on, what it said when it had said what matters. */
async function playPerson({ browser, server, trusted }: BotsWorld, typed: Typed): Promise<string> {
	const asked = await typed.says(/enter (\S+)\n|(\S+\/account\/reset\/\S+)|^holds the identity: \w+\n/m);
	if (asked === undefined) return typed.ended;
	const [, code, page] = asked;
	if (code !== undefined) await allowDevice(browser, code);
	else if (page !== undefined) await approve(server.browser(), page, "weather");
	else {
		// It runs on, as bots do, and publishes its keys meanwhile.
		await until(async () => (await trusted()).includes("WEATHERBOT"));
		typed.stop();
		return typed.said();
	}
	return typed.ended;
}

/** What is never twice the same. */
function plain({ reader }: BotsWorld, text: string): string {
	const letters = "[A-Za-z0-9+/]";
	return text
		.replaceAll(/http:\/\/localhost:\d+\/?/g, "http://localhost/")
		.replaceAll(reader.home, "/home/you")
		.replaceAll(/@\w+:[\w.]+/g, "@user:server")
		.replaceAll(/\bdevice [\w-]{10,}/g, "device ID")
		.replaceAll(/\b[B-Z]{4}-[B-Z]{4}\b/g, "CODE")
		.replaceAll(/\/account\/reset\/\S+/g, "/account/reset/REFERENCE")
		.replaceAll(new RegExp(`(?<=\\s)(${letters}{4} ){10}${letters}{3}(?=\\n)`, "g"), "FINGERPRINT");
}

/** What the page takes for granted: secrets in files, and a bot that has written its key down. */
export function layOut(
	{ reader }: BotsWorld,
	given: { readonly bot: WasmApp; readonly notifier: LoggedInDevice; readonly newMachine: LoggedInDevice },
): void {
	const { machine } = given.bot;
	reader.set("BOT_DEVICE", machine.deviceId.toString());
	reader.set("BOT_KEY", machine.identityKeys.ed25519.toBase64().replaceAll(/.{4}/g, "$& "));
	reader.write("~/password-bot/password.txt", `${otherPassword}\n`);
	reader.write("~/notifier/token.txt", `${given.notifier.accessToken}\n`);
	reader.write("~/new-machine/token.txt", `${given.newMachine.accessToken}\n`);
}

/** The program that was installed. */
export function installedIn({ prefix }: Reader) {
	return {
		program: join(prefix, "bin/xsign"),
		folder: join(prefix, "lib/node_modules/@countersign/xsign"),
	};
}
