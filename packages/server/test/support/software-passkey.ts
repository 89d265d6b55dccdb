import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { FormBrowser, Page } from "./form-browser.ts";
import { password } from "./server.ts";

/** What a passkey says that is not as it should be. Default: all is. */
export interface Lies {
	readonly origin?: string;
	readonly host?: string;
	readonly challenge?: string;
	readonly counter?: number;
	readonly type?: string;
	readonly userVerified?: boolean;
	readonly userHandle?: string;
	readonly credentialId?: string;
}

/** A passkey without a browser: what an authenticator and a page's script do together. */
export interface SoftwarePasskey {
	/** What it answers to what the page asks, as the script puts it into the form. */
	answer(page: Pick<Page, "text">, lies?: Lies): string;
	readonly credentialId: string;
}

/** One that was never made known, for this account. */
export function softwarePasskey(base: string): SoftwarePasskey {
	const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const { x = "", y = "" } = publicKey.export({ format: "jwk" });
	const { origin, hostname } = new URL(base);
	const credentialId = randomBytes(16).toString("base64url");
	let counter = 0;
	let userHandle: string | undefined;
	const authenticatorData = (lies: Lies, made?: Buffer) => {
		counter++;
		const flags = (lies.userVerified === false ? 1 : 5) | (made === undefined ? 0 : 0x40);
		const head = Buffer.alloc(5);
		head.writeUInt8(flags);
		head.writeUInt32BE(lies.counter ?? counter, 1);
		return Buffer.concat([sha256(Buffer.from(lies.host ?? hostname)), head, made ?? Buffer.alloc(0)]);
	};
	const create = (options: Options, lies: Lies) => {
		userHandle = options.user?.id;
		const id = Buffer.from(credentialId, "base64url");
		const length = Buffer.from([0, id.length]);
		const key = cbor(
			new Map<number, unknown>([
				...([
					[1, 2],
					[3, -7],
					[-1, 1],
				] as const),
				[-2, Buffer.from(x, "base64url")],
				[-3, Buffer.from(y, "base64url")],
			]),
		);
		const made = Buffer.concat([Buffer.alloc(16), length, id, key]);
		const authData = authenticatorData(lies, made);
		const attestation = cbor(
			new Map<string, unknown>([
				["fmt", "none"],
				["attStmt", new Map()],
				["authData", authData],
			]),
		);
		return { attestationObject: attestation.toString("base64url"), transports: ["internal"] };
	};
	const get = (clientData: Buffer, lies: Lies) => {
		const authData = authenticatorData(lies);
		const signature = sign("sha256", Buffer.concat([authData, sha256(clientData)]), privateKey);
		return {
			authenticatorData: authData.toString("base64url"),
			signature: signature.toString("base64url"),
			userHandle: lies.userHandle ?? userHandle,
		};
	};
	return {
		credentialId,
		answer(page, lies = {}) {
			const { does, options } = askedOn(page);
			const isMade = does === "create";
			const clientData = Buffer.from(
				JSON.stringify({
					type: lies.type ?? (isMade ? "webauthn.create" : "webauthn.get"),
					challenge: lies.challenge ?? options.challenge,
					origin: lies.origin ?? origin,
					crossOrigin: false,
				}),
			);
			const said = isMade ? create(options, lies) : get(clientData, lies);
			const id = lies.credentialId ?? credentialId;
			return JSON.stringify({
				...{ id, rawId: id, type: "public-key", clientExtensionResults: {} },
				response: { clientDataJSON: clientData.toString("base64url"), ...said },
			});
		},
	};
}

interface Options {
	readonly challenge: string;
	readonly user?: { readonly id: string };
	readonly allowCredentials?: readonly { readonly id: string }[];
}

/** What the script of this page would ask the browser for. */
export function askedOn({ text }: Pick<Page, "text">): { readonly does: string; readonly options: Options } {
	const [, does, options] = /data-passkey="(\w+)" data-options="([^"]*)"/.exec(text) ?? [];
	if (does === undefined || options === undefined) throw new Error(`no passkey is asked for on: ${text}`);
	return { does, options: JSON.parse(options.replaceAll("&quot;", '"')) as Options };
}

/** Adds a new passkey in this browser, whose person is asked for the password, or for `by`, or enters that proof. */
export async function addPasskey(
	browser: FormBrowser,
	{
		base,
		name = "Phone",
		by,
		proof = { password },
	}: {
		readonly base: string;
		readonly name?: string;
		readonly by?: SoftwarePasskey;
		readonly proof?: Readonly<Record<string, string>>;
	},
): Promise<SoftwarePasskey> {
	const made = softwarePasskey(base);
	const page = await browser.open("/account/proofs/new-passkey");
	const shown = by === undefined ? proof : { passkey: by.answer(page) };
	const second = await browser.press(page, "Continue", { name, ...shown });
	const done = await browser.press(second, "Make the passkey", { passkey: made.answer(second) });
	if (done.url.pathname !== "/account/proofs" || done.status !== 200)
		throw new Error(`no passkey was added: ${done.status} “${done.title}”`);
	return made;
}

function sha256(bytes: Buffer): Buffer {
	return createHash("sha256").update(bytes).digest();
}

/** The little of CBOR that authenticators speak. @see https://www.rfc-editor.org/rfc/rfc8949 */
function cbor(value: unknown): Buffer {
	if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
	if (typeof value === "string")
		return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
	if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
	if (value instanceof Map)
		return Buffer.concat([head(5, value.size), ...[...value].flat().map((each) => cbor(each))]);
	throw new TypeError(`no CBOR for ${typeof value}`);
}

function head(major: number, count: number): Buffer {
	if (count < 24) return Buffer.from([(major << 5) | count]);
	return count < 256
		? Buffer.from([(major << 5) | 24, count])
		: Buffer.from([(major << 5) | 25, count >> 8, count & 255]);
}
