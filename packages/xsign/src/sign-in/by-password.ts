import { loginByPassword } from "@countersign/client";
import type { Asked } from "../command.ts";
import type { SignedIn } from "./signed-in.ts";

/** Asks for the password, for servers that have nothing else. */
export async function signInByPassword(
	asked: Asked,
	{ homeserver, user }: { readonly homeserver: string; readonly user: string },
): Promise<SignedIn> {
	const password = await asked.askSecret(`Password of ${user}: `);
	const login = { homeserver, user, password, deviceName: "xsign" };
	const { accessToken, ...who } = await loginByPassword(login, { signal: asked.signal });
	return { session: { homeserver, ...who, auth: { kind: "token", accessToken } } };
}
