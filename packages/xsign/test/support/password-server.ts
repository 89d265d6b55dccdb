import {
	password,
	type ServerKind,
	serverKinds,
	startServerOf,
	type TestHomeserver,
} from "../../../client/test/support/servers/index.ts";
import { startBetween } from "../../../server/test/support/between.ts";

const kind = serverKinds.find(({ by }) => by === "password") as ServerKind;

/** A server that has nothing but passwords: no OAuth, and a sign-in for Alice, whatever she calls herself. */
export async function openPasswordServer(): Promise<
	Pick<TestHomeserver, "url" | "signIn"> & AsyncDisposable
> {
	const server = await startServerOf(kind);
	const between = await startBetween(() => server.url);
	const json = (status: number, body: object) => ({ status, body: JSON.stringify(body) });
	between.decide(({ method, path, body }) => {
		if (path.includes("auth_metadata")) return json(404, { errcode: "M_UNRECOGNIZED" });
		if (method !== "POST" || !path.endsWith("/v3/login")) return "pass";
		if (JSON.parse(body).password !== password) return json(403, { errcode: "M_FORBIDDEN" });
		const { userId: user_id, deviceId: device_id, accessToken: access_token } = server.signIn();
		return json(200, { user_id, device_id, access_token });
	});
	return {
		...{ url: between.url, signIn: server.signIn },
		async [Symbol.asyncDispose]() {
			await between[Symbol.asyncDispose]();
			await server[Symbol.asyncDispose]();
		},
	};
}
