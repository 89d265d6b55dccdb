import {
	clientErrorCode,
	discoverAuthMetadata,
	discoverHomeserver,
	isClientError,
	type OAuthMetadata,
} from "@countersign/client";
import { tokenFile } from "@countersign/client/node";
import type { Asked, Command } from "../command.ts";
import { withDevice } from "../device/index.ts";
import { Refusal } from "../refusal.ts";
import { adoptToken, type SignedIn, signInByOAuth, signInByPassword } from "../sign-in/index.ts";
import { forgetSession, readSession, writeSession } from "../state/index.ts";

const ways = ["browser", "token", "password"] as const;

export const login: Command = {
	name: "login",
	operand: "[SERVER]",
	options: {
		browser: { about: "by a browser on this machine, instead of a code that is typed anywhere" },
		token: { about: "with an access token, which is asked for or read from the input" },
		password: { about: "with a password, for servers that have nothing else" },
		user: { value: "NAME", about: "whose password it is, where SERVER is no user id" },
	},
	about: "sign in, as a device of its own",
	details:
		"SERVER is a server name, your user id, or the address of a homeserver. You are shown a page and a code (and a QR code) to allow this device with, in any browser. Nothing of your identity is touched. One account lives in one folder: use --state for another one beside it.",
	examples: [
		["xsign login example.org", "by a code that you type in a browser, on your phone for example"],
		["xsign login --browser example.org", "by a browser on this machine"],
		["xsign login --token example.org < token.txt", "with a token that you have"],
		["xsign login --password @bot:example.org", "where the server has only passwords"],
	],
	async run(asked) {
		const chosen = ways.filter((way) => asked.flag(way));
		if (chosen.length > 1) throw new Refusal("usage", { problem: `--${chosen.join(" or --")}, not both.` });
		// Whoever is to allow it has to see where.
		const isBlind = asked.flag("json") && !asked.flag("show-url");
		if (isBlind && (chosen.length === 0 || asked.flag("browser")))
			throw new Refusal("usage", { problem: "Nobody sees where to allow this device: add --show-url." });
		await asked.state.exclusively(async () => {
			const before = await readSession(asked.state);
			if (before !== undefined) throw new Refusal("signed-in-already", { userId: before.userId });
			const { session, tokens } = await signIn(asked, await serverOf(asked));
			if (tokens !== undefined) await tokenFile(asked.state.tokens).save(tokens);
			await writeSession(asked.state, session);
		});
		try {
			await withDevice(asked, async ({ session: { userId, deviceId } }) => {
				asked.report.tell({ event: "signed-in", userId, deviceId });
			});
		} catch (error) {
			// The session is another program's, and stays what it is; here it is forgotten.
			if (error instanceof Refusal && error.code === "device-taken")
				await asked.state.exclusively(() => forgetSession(asked.state));
			throw error;
		}
	},
};

async function serverOf({ operand, isTerminal, askLine }: Asked): Promise<string> {
	const named = operand ?? (isTerminal ? (await askLine("Homeserver, or your user id: ")).trim() : "");
	if (named !== "") return named;
	throw new Refusal("usage", { problem: "SERVER is missing: xsign login example.org" });
}

async function signIn(asked: Asked, server: string): Promise<SignedIn> {
	const homeserver = await homeserverOf(server, asked.signal);
	if (asked.flag("token")) return adoptToken(asked, homeserver);
	const metadata = asked.flag("password") ? undefined : await metadataOf(asked, homeserver);
	if (metadata !== undefined) return signInByOAuth(asked, { homeserver, metadata });
	const user = asked.option("user") ?? (server.startsWith("@") ? server : undefined);
	if (user !== undefined) return signInByPassword(asked, { homeserver, user });
	if (!asked.isTerminal)
		throw new Refusal("usage", {
			problem: "A password needs a user id: xsign login --password @you:example.org",
		});
	return signInByPassword(asked, { homeserver, user: (await asked.askLine("User name: ")).trim() });
}

async function homeserverOf(server: string, signal: AbortSignal): Promise<string> {
	try {
		return (await discoverHomeserver(server, { signal })).homeserver;
	} catch (error) {
		// The library takes names that no server could have for faults of the calling code; here somebody typed them.
		if (!(error instanceof TypeError)) throw error;
		throw new Refusal("usage", { problem: `"${server}" is no server name, user id or address.` });
	}
}

/** The server's OAuth; undefined where it has none, and a password is all there is. */
async function metadataOf(asked: Asked, homeserver: string): Promise<OAuthMetadata | undefined> {
	try {
		return await discoverAuthMetadata(homeserver, { signal: asked.signal });
	} catch (error) {
		const hasNone = isClientError(error, clientErrorCode.oauthUnsupported);
		if (!hasNone || asked.flag("browser")) throw error;
		return undefined;
	}
}
