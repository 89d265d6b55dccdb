import { createPrivateKey, hash, type KeyObject, type webcrypto } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { inside, type ReadValue } from "../yaml-files.ts";

/** A private key that signs id tokens, under the id that apps know it by. */
type SigningKey = webcrypto.JsonWebKey & {
	readonly kid: string;
	readonly alg: string;
	readonly use: "sig";
};

export interface CarriedKeys {
	readonly carried: readonly SigningKey[];
	/** Names of those of a kind that does not exist here. */
	readonly left: readonly string[];
}

interface Reading {
	readonly read: ReadValue;
	/** Where file names begin. */
	readonly folder: string;
}

/** Throws where one cannot be read. */
export function readKeys(secrets: unknown, { read, folder }: Reading): CarriedKeys {
	const listed = inside(secrets, "keys");
	const directory = inside(secrets, "keys_dir");
	const all = [
		...(typeof directory === "string" ? keysIn(resolve(folder, directory)) : []),
		...(Array.isArray(listed) ? listed : []).map((entry, at) => {
			const password = read(entry, "password");
			const kid = inside(entry, "kid");
			return {
				key: keyOf(bytesOf(entry, folder), `secrets.keys[${at}]`, password),
				...(typeof kid === "string" && { kid }),
			};
		}),
	];
	const known = all.map(({ key, ...named }) => ({
		kid: thumbprint(key),
		alg: algorithmOf(key),
		...named,
		key,
	}));
	return {
		carried: known.flatMap(({ key, kid, alg }) =>
			alg === undefined ? [] : [{ ...key.export({ format: "jwk" }), kid, alg, use: "sig" as const }],
		),
		left: known.filter(({ alg }) => alg === undefined).map(({ kid }) => kid),
	};
}

function keysIn(directory: string): readonly { readonly key: KeyObject; readonly kid?: string }[] {
	return readdirSync(directory)
		.toSorted()
		.map((name) => join(directory, name))
		.filter((file) => statSync(file).isFile())
		.map((file) => ({ key: keyOf(readFileSync(file), file) }));
}

function bytesOf(entry: unknown, folder: string): Buffer {
	const [text, file] = [inside(entry, "key"), inside(entry, "key_file")];
	if (typeof text === "string") return Buffer.from(text);
	if (typeof file === "string") return readFileSync(resolve(folder, file));
	throw new Error("an entry of secrets.keys has neither key nor key_file");
}

/** PEM, or one of the binary forms. */
function keyOf(bytes: Buffer, name: string, passphrase?: string): KeyObject {
	const secret = passphrase === undefined ? {} : { passphrase: passphrase.trimEnd() };
	const forms = bytes.includes("-----BEGIN")
		? [{ format: "pem" } as const]
		: (["pkcs8", "pkcs1", "sec1"] as const).map((type) => ({ format: "der", type }) as const);
	for (const form of forms) {
		try {
			return createPrivateKey({ key: bytes, ...form, ...secret });
		} catch {}
	}
	throw new Error(`${name} is no private key that can be read`);
}

const algorithms: Readonly<Record<string, string>> = { "P-256": "ES256", "P-384": "ES384" };

/** Undefined for a kind of key that is not used here. */
function algorithmOf(key: KeyObject): string | undefined {
	const { kty, crv = "" } = key.export({ format: "jwk" });
	return kty === "RSA" ? "RS256" : algorithms[crv];
}

/** @see https://www.rfc-editor.org/rfc/rfc7638 */
function thumbprint(key: KeyObject): string {
	const { kty, e, n, crv, x, y } = key.export({ format: "jwk" });
	const members = kty === "RSA" ? { e, kty, n } : { crv, kty, x, y };
	return hash("sha256", JSON.stringify(members), "base64url");
}
