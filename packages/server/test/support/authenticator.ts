import type { Page } from "playwright-core";

/** Chromium's own stand-in for a phone or a security key, which keeps passkeys and lets its owner in. */
export interface Authenticator {
	/** What it holds, as Chromium names it. */
	credentials(): Promise<readonly Credential[]>;
	/** Puts a copy of one back, as it was then. */
	add(credential: Credential): Promise<void>;
	/** Takes everything out of it: it was lost. */
	clear(): Promise<void>;
	/** Whether its owner is recognised, from now on. */
	recognise(isOwner: boolean): Promise<void>;
}

type Credential = Readonly<Record<string, unknown>>;

const offersNone = "PublicKeyCredential.isConditionalMediationAvailable = async () => false";

/**
 * Plugs one into the window. Its owner is always there, so that what a browser offers where a name is typed is taken at
 * once: `isOffered` says whether it offers any.
 */
export async function plugIn(
	page: Page,
	{ isOffered = false }: { readonly isOffered?: boolean } = {},
): Promise<Authenticator> {
	if (!isOffered) await page.addInitScript(offersNone);
	const session = await page.context().newCDPSession(page);
	await session.send("WebAuthn.enable");
	const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
		options: {
			protocol: "ctap2",
			transport: "internal",
			hasResidentKey: true,
			hasUserVerification: true,
			isUserVerified: true,
			automaticPresenceSimulation: true,
		},
	});
	return {
		async credentials() {
			const { credentials } = await session.send("WebAuthn.getCredentials", { authenticatorId });
			return credentials as unknown as readonly Credential[];
		},
		async add(credential) {
			const sent = { authenticatorId, credential } as unknown as Parameters<
				typeof session.send<"WebAuthn.addCredential">
			>[1];
			await session.send("WebAuthn.addCredential", sent);
		},
		async clear() {
			await session.send("WebAuthn.clearCredentials", { authenticatorId });
		},
		async recognise(isUserVerified) {
			await session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });
		},
	};
}
