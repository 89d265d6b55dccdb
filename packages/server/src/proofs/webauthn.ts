import { createRequire } from "node:module";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import type { PasskeySite } from "./passkey-site.ts";
import type { StoredPasskey } from "./ports.ts";

const load = createRequire(import.meta.url);

/** What checks the answers of browsers is loaded at the first passkey: it takes as long as the rest of the start. */
function library() {
	return load("@simplewebauthn/server") as typeof import("@simplewebauthn/server");
}

function helpers() {
	return load("@simplewebauthn/server/helpers") as typeof import("@simplewebauthn/server/helpers");
}

/** Answers are about a kilobyte. */
const answerLimit = 16_384;

/** What a browser's script put in the form: JSON with an id, whatever else it holds. */
export function readAnswer(text: string): { readonly id: string; readonly challenge: string } | undefined {
	if (text.length > answerLimit) return undefined;
	const answer = parsed(text);
	const response = memberOf(answer, "response");
	const clientData = memberOf(response, "clientDataJSON");
	const id = memberOf(answer, "id");
	if (typeof clientData !== "string" || typeof id !== "string") return undefined;
	const challenge = memberOf(parsed(Buffer.from(clientData, "base64url").toString()), "challenge");
	return typeof challenge === "string" ? { id, challenge } : undefined;
}

/** Of whom an answer says it is. Nothing of it is checked: good for leading on, and for nothing else. */
export function passkeyHolder(text: string): string | undefined {
	const response = text.length > answerLimit ? undefined : memberOf(parsed(text), "response");
	return handleIn(response);
}

export interface Asked {
	readonly site: PasskeySite;
	readonly challenge: string;
}

/**
 * Whether this passkey answered this challenge at this site, its owner verified. Of a right answer, where its counter
 * stands and of whom the passkey says it is.
 * @see https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion
 */
export async function verifyAssertion(
	text: string,
	passkey: StoredPasskey,
	{ site, challenge }: Asked,
): Promise<{ readonly counter: number; readonly userHandle: string | undefined } | undefined> {
	const response = parsed(text) as AuthenticationResponseJSON;
	const verified = await ifRight(() =>
		library().verifyAuthenticationResponse({
			response,
			expectedChallenge: challenge,
			expectedOrigin: site.origin,
			expectedRPID: site.host,
			requireUserVerification: true,
			credential: {
				id: passkey.credentialId,
				publicKey: new Uint8Array(Buffer.from(passkey.publicKey, "base64url")),
				// The statement that notes the use compares it, so that of two uses at once one can be the copy's.
				counter: 0,
			},
		}),
	);
	if (verified?.verified !== true) return undefined;
	return { counter: verified.authenticationInfo.newCounter, userHandle: handleIn(response.response) };
}

/** A passkey just made at this site in answer to this challenge, its owner verified. */
export async function verifyRegistration(
	text: string,
	{ site, challenge }: Asked,
): Promise<Pick<StoredPasskey, "credentialId" | "publicKey" | "counter" | "transports"> | undefined> {
	const response = parsed(text) as RegistrationResponseJSON;
	// The others bring certificates, and the library asks addresses in them whether they are revoked: anybody could make
	// this server open a connection to anywhere. Browsers send none of them, as none is asked for.
	if (!isWithoutCertificates(memberOf(memberOf(response, "response"), "attestationObject"))) return undefined;
	const verified = await ifRight(() =>
		library().verifyRegistrationResponse({
			response,
			expectedChallenge: challenge,
			expectedOrigin: site.origin,
			expectedRPID: site.host,
			requireUserVerification: true,
			supportedAlgorithmIDs: [...algorithms],
		}),
	);
	if (verified?.verified !== true) return undefined;
	const { id, publicKey, counter, transports } = verified.registrationInfo.credential;
	return {
		credentialId: id,
		publicKey: Buffer.from(publicKey).toString("base64url"),
		counter,
		transports: transportsIn(transports),
	};
}

/** `none`, or signed by the passkey itself. @see https://www.w3.org/TR/webauthn-3/#sctn-attestation-types */
function isWithoutCertificates(attestationObject: unknown): boolean {
	if (typeof attestationObject !== "string") return false;
	try {
		const bytes = new Uint8Array(Buffer.from(attestationObject, "base64url"));
		const attestation = helpers().decodeAttestationObject(bytes);
		const format = attestation.get("fmt");
		if (format === "none") return true;
		return format === "packed" && attestation.get("attStmt").get("x5c") === undefined;
	} catch {
		return false;
	}
}

/** Not signed: a list of short words, or nothing. */
function transportsIn(claimed: unknown): readonly string[] {
	const words = Array.isArray(claimed) ? claimed.map(String) : [];
	return words.filter((word) => /^[a-z-]{1,20}$/.test(word)).slice(0, 8);
}

/** EdDSA, ES256, RS256: what authenticators can. @see https://www.iana.org/assignments/cose/cose.xhtml#algorithms */
export const algorithms = [-8, -7, -257] as const;

/** The library throws at all that is not as it should be; what it is given came from outside. */
async function ifRight<Verified>(verify: () => Promise<Verified>): Promise<Verified | undefined> {
	try {
		return await verify();
	} catch {
		return undefined;
	}
}

function handleIn(response: unknown): string | undefined {
	const handle = memberOf(response, "userHandle");
	return typeof handle === "string" ? Buffer.from(handle, "base64url").toString() : undefined;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function memberOf(value: unknown, name: string): unknown {
	return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
