import type { Asked } from "../command.ts";
import { Refusal } from "../refusal.ts";
import type { SignedIn } from "./signed-in.ts";
import { whoAmI } from "./who-am-i.ts";

/** Takes an access token over that somebody has already. @throws `logged-out` where it is none */
export async function adoptToken(asked: Asked, homeserver: string): Promise<SignedIn> {
	const accessToken = (await asked.askSecret("Access token: ")).trim();
	// It goes into a header: whatever else was pasted is no token.
	if (!/^[\x21-\x7e]+$/.test(accessToken))
		throw new Refusal("usage", { problem: "This is no access token." });
	const who = await whoAmI({ homeserver, accessToken }, asked.signal);
	return { session: { homeserver, ...who, auth: { kind: "token", accessToken } } };
}
