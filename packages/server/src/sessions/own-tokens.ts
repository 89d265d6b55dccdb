import { createHash } from "node:crypto";
import type { AccountId, SessionId, SignedInBrowsers } from "@countersign/core";
import type { ProofFor } from "../proofs/index.ts";
import { deviceSession, ownTokenClient } from "./device-session.ts";
import {
	type IssueDeps,
	type Issued,
	type IssueRefusal,
	type IssueUnit,
	issueLasting,
} from "./issue-lasting.ts";
import { newDeviceId } from "./new-device-id.ts";
import { type ReplaceOutcome, replaceLasting } from "./replace-lasting.ts";
import type { DeviceSession } from "./session.ts";

interface OwnTokensUnit extends IssueUnit {
	readonly browserSessions: SignedInBrowsers;
	readonly upstreamStays: IssueUnit["upstreamStays"] & {
		/** The stay at another service by which this browser is signed in. */
		ofBrowser(browser: string): Promise<string | undefined>;
	};
}

/** Tokens of programs that a person makes, from a browser: none of it without proof that it is them. */
export interface OwnTokens {
	/** `once` names the form: of two with the same one token is made, whenever and wherever they come. */
	make(wanted: WantedOwnToken): Promise<Issued | IssueRefusal | OwnRefusal>;
	/** Another token in the place of one: its session goes on, with device and identity. */
	replace(which: ReplacedOwnToken): Promise<ReplaceOutcome | OwnRefusal>;
	/** All that hold a session of this person, whoever made them; the newest first. */
	list(accountId: AccountId): Promise<readonly DeviceSession[]>;
	/** The session of the token that the form of this name made, while it goes on. */
	madeBy(once: string, accountId: AccountId): Promise<DeviceSession | undefined>;
}

export interface WantedOwnToken {
	readonly proof: ProofFor<"make-token">;
	readonly address: string;
	readonly once: string;
	/** What it is called. */
	readonly name: string;
	/** Beside the client-server API, which every one opens. */
	readonly scope: string;
	readonly hasDevice: boolean;
	readonly lifetimeMs: number | undefined;
}

interface ReplacedOwnToken {
	readonly proof: ProofFor<"replace-token">;
	readonly address: string;
	readonly sessionId: SessionId;
	/** When the one was made that is to be replaced. */
	readonly seen: number;
	readonly lifetimeMs: number | undefined;
}

/** `signed-out`: the browser was, meanwhile. */
type OwnRefusal = { readonly ok: false; readonly reason: "signed-out" | "too-many-tokens" };

/** More than anybody has programs; a thief at a browser makes no thousands of them. */
export const tokensPerPerson = 50;

export function createOwnTokens<Unit extends OwnTokensUnit>(deps: IssueDeps<Unit>): OwnTokens {
	const { storage, clock, random } = deps;
	const list = async (accountId: AccountId) => {
		const live = await storage.read.sessions.live({ accountId });
		return live
			.map(deviceSession)
			.filter(({ lasting }) => lasting)
			.toSorted((one, other) => other.createdAt - one.createdAt);
	};
	const expiry = (lifetimeMs: number | undefined) =>
		lifetimeMs === undefined ? {} : { expiresAt: clock() + lifetimeMs };
	return {
		list,
		make({ proof, address, once, name, scope, hasDevice, lifetimeMs }) {
			const { accountId } = proof;
			return issueLasting(deps, {
				wanted: {
					...{ accountId, name, deviceId: hasDevice ? newDeviceId(random) : null },
					scope: `urn:matrix:client:api:* ${scope}`,
					...expiry(lifetimeMs),
				},
				clientId: clientOf(once, accountId),
				line: { kind: "token-made", actor: { kind: "person" }, address },
				// With the browser's: as every app that is let in there, it would outlast the person's sign-out elsewhere.
				stayOf: (unit) => unit.upstreamStays.ofBrowser(proof.browser),
				async mayNot(unit, now): Promise<OwnRefusal | undefined> {
					if (!(await unit.browserSessions.isSignedIn(proof, now)))
						return { ok: false, reason: "signed-out" };
					const live = await unit.sessions.live({ accountId });
					const tokens = live.map(deviceSession).filter(({ lasting }) => lasting);
					return tokens.length >= tokensPerPerson ? { ok: false, reason: "too-many-tokens" } : undefined;
				},
			});
		},
		replace({ proof, address, sessionId, seen, lifetimeMs }) {
			const which = { accountId: proof.accountId, sessionId, seen, ...expiry(lifetimeMs) };
			return replaceLasting(deps, which, {
				actor: { kind: "person" },
				address,
				async mayNot(unit, now): Promise<OwnRefusal | undefined> {
					const isThere = await unit.browserSessions.isSignedIn(proof, now);
					return isThere ? undefined : { ok: false, reason: "signed-out" };
				},
			});
		},
		async madeBy(once, accountId) {
			const clientId = clientOf(once, accountId);
			return (await list(accountId)).find((token) => token.clientId === clientId);
		},
	};
}

/** Of this person's forms alone: nobody uses up the name of another person's. */
function clientOf(once: string, accountId: AccountId): string {
	const hash = createHash("sha256").update(JSON.stringify(["token", accountId, once]));
	return `${ownTokenClient}${hash.digest("base64url")}`;
}
