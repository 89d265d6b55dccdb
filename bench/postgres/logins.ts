import { createHash, randomBytes } from "node:crypto";
import { type Case, clients } from "../cases.ts";
import type { Connection, Got } from "../connection.ts";
import type { Operation } from "../measure.ts";
import { createBrowser } from "./browser.ts";

/** People with one password. */
export interface People {
	readonly localparts: readonly string[];
	readonly password: string;
}

const redirectUri = "http://127.0.0.1/callback";
const metadata = {
	application_type: "native",
	client_name: "Bench",
	client_uri: "https://app.example.org/",
	redirect_uris: [redirectUri],
	response_types: ["code"],
	grant_types: ["authorization_code", "refresh_token"],
	token_endpoint_auth_method: "none",
};
const json = { "content-type": "application/json" };

/**
 * An app signs a person in, in a browser that knows nothing of them: it registers, they sign in and allow it, and it
 * gets its tokens, once the homeserver has the new device. Each comes from an address of their own.
 */
export function login(people: People): Case {
	return caseOf("login", people, async (connection, localpart, from) => {
		const { client_id } = parsed(
			await connection.exchange({
				...{ method: "POST", path: "/oauth2/registration", headers: { ...json, ...from } },
				body: JSON.stringify(metadata),
			}),
			201,
		);
		const verifier = randomBytes(32).toString("base64url");
		const asked = new URLSearchParams({
			...{
				client_id: `${client_id}`,
				redirect_uri: redirectUri,
				response_type: "code",
				response_mode: "query",
			},
			scope: `urn:matrix:client:api:* urn:matrix:client:device:${newDevice()}`,
			state: randomBytes(12).toString("base64url"),
			code_challenge: createHash("sha256").update(verifier).digest("base64url"),
			code_challenge_method: "S256",
		});
		const browser = createBrowser(connection, from);
		const signIn = await browser.open(`/authorize?${asked}`);
		const consent = await browser.send(signIn, "/login", { username: localpart, password: people.password });
		const to = /action="(\/interaction\/[^"]+)"/.exec(consent.body)?.[1] ?? "";
		const { left } = await browser.send(consent, to, { decision: "approve" });
		const code = left?.searchParams.get("code");
		if (!code) throw new Error(`no code: ${left?.href ?? consent.body}`);
		const fields = { grant_type: "authorization_code", client_id: `${client_id}`, redirect_uri: redirectUri };
		const body = `${new URLSearchParams({ ...fields, code, code_verifier: verifier })}`;
		const headers = { "content-type": "application/x-www-form-urlencoded", ...from };
		parsed(await connection.exchange({ method: "POST", path: "/oauth2/token", headers, body }), 200);
	});
}

/** A person signs in with their password at the login API from before OAuth. */
export function olderLogin(people: People): Case {
	return caseOf("older login", people, async ({ exchange }, user, from) => {
		const identifier = { type: "m.id.user", user };
		const body = JSON.stringify({ type: "m.login.password", identifier, password: people.password });
		const path = "/_matrix/client/v3/login";
		parsed(await exchange({ method: "POST", path, headers: { ...json, ...from }, body }), 200);
	});
}

type LogIn = (
	connection: Connection,
	localpart: string,
	from: Readonly<Record<string, string>>,
) => Promise<void>;

/** Everybody takes their turn. */
function caseOf(name: string, { localparts }: People, logIn: LogIn): Case {
	let next = 0;
	const operation: Operation = async (connection) => {
		const at = next++ % localparts.length;
		const address = `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`;
		await logIn(connection, localparts[at] ?? "", { "x-forwarded-for": address });
	};
	return {
		...{ name, extent: { seconds: 3 } },
		countersign: () => Array.from({ length: clients }, () => operation),
		baseline: () => [],
	};
}

function parsed({ status, body }: Got, wanted: number): Readonly<Record<string, unknown>> {
	if (status !== wanted) throw new Error(`${status}: ${body}`);
	return JSON.parse(body) as Readonly<Record<string, unknown>>;
}

function newDevice(): string {
	return randomBytes(5).toString("hex").toUpperCase();
}
