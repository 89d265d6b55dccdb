import { type Html, html, link, tell, timeAgo } from "../../pages/index.ts";
import { say, type Text } from "../../words/index.ts";
import type { BackupTruth } from "../ports.ts";
import { newCodesPath, recoveryCodesPath } from "./codes.ts";
import { newPasskeyPath, proofsPath } from "./proofs.ts";

/** How safe an account is, as far as this server knows. */
export interface Safety {
	/** Undefined: the homeserver does not answer. */
	readonly identity: IdentitySafety | undefined;
	/** Those that can be used here. */
	readonly passkeys: number;
	readonly canHavePasskeys: boolean;
	readonly codes: {
		/** Since when an app shows codes. */
		readonly since: number | undefined;
		/** Recovery codes that were not used. */
		readonly left: number;
	};
	/** Addresses that were confirmed; undefined where no letters are sent from here. */
	readonly addresses: number | undefined;
}

export interface IdentitySafety {
	readonly isSetUp: boolean;
	/** Since when it is as it is, where the security log still says so. */
	readonly since: number | undefined;
	/** Devices that it vouches for. */
	readonly verifiedDevices: number;
	readonly backup: BackupTruth;
}

/** What would make it safer, first, then how it is. */
export function safetySection(safety: Safety, now: number): Html {
	const advice = adviceOn(safety);
	return html`<h2>${say("home.safety")}</h2>
${
	advice.length === 0
		? html`<p>${say("home.nothing-missing")}</p>`
		: html`<ul>${advice.map((line) => html`<li>${line}</li>`)}</ul>`
}
<ul class="rows">
<li><a href="/account/reset">${say("home.identity")}</a><br><span class="soft">${say("reset.what-it-is")} ${identityLine(safety.identity, now)}</span></li>
${
	safety.identity?.isSetUp === true &&
	html`<li><strong>${say("home.backup")}</strong><br><span class="soft">${backupLine(safety.identity.backup)}</span></li>
`
}<li><a href="${proofsPath}">${say("proofs.title")}</a><br><span class="soft">${proofsLine(safety)}</span></li>
${
	safety.addresses !== undefined &&
	html`<li><a href="/account/email">${say("email.title")}</a><br><span class="soft">${addressesLine(safety.addresses)}</span></li>
`
}<li><a href="/account/password">${say("password.change")}</a></li>
</ul>`;
}

function adviceOn({ identity, passkeys, canHavePasskeys, codes, addresses }: Safety): readonly Html[] {
	const hasSecond = passkeys > 0 || codes.since !== undefined;
	const add = link(canHavePasskeys ? newPasskeyPath : newCodesPath);
	// A second passkey is a way back as good as codes on paper.
	const isOneLossAway = hasSecond && codes.left === 0 && passkeys < 2;
	const told = [
		!hasSecond && tell(canHavePasskeys ? "home.add-passkey" : "home.add-codes", { add }),
		isOneLossAway && tell("home.add-recovery", { add: link(recoveryCodesPath) }),
		addresses === 0 && tell("home.add-address", { add: link("/account/email") }),
		identity?.isSetUp === true && hasNoBackup(identity.backup) && html`${say("home.add-backup")}`,
	];
	return told.filter((line) => line !== false);
}

function hasNoBackup({ state }: BackupTruth): boolean {
	return state === "gone" || state === "never";
}

function identityLine(identity: IdentitySafety | undefined, now: number): Html | Text {
	if (identity === undefined) return say("home.homeserver-away");
	const { isSetUp, since, verifiedDevices } = identity;
	if (!isSetUp) return say("home.identity-none");
	const setUp =
		since === undefined
			? say("home.identity-set")
			: tell("home.identity-since", { when: timeAgo(since, now) });
	const devices =
		verifiedDevices === 0
			? say("home.identity-no-device")
			: say("home.identity-devices", { count: verifiedDevices });
	return html`${setUp} ${devices}`;
}

function backupLine(backup: BackupTruth): Text {
	switch (backup.state) {
		case "there":
			return say("home.backup-keys", { count: backup.keys });
		case "held":
			return say("home.backup-held", { count: backup.keys });
		case "gone":
		case "never":
			return say("home.backup-none");
	}
}

function proofsLine({ passkeys, codes }: Safety): Html {
	if (passkeys === 0 && codes.since === undefined) return html`${say("home.password-alone")}`;
	return html`${passkeys > 0 && html`${say("home.passkeys", { count: passkeys })} `}${
		codes.since !== undefined && html`${say("home.codes")} `
	}${codes.left === 0 ? say("home.no-recovery-codes") : say("codes.recovery-left", { count: codes.left })}`;
}

function addressesLine(count: number): Text {
	return count === 0 ? say("home.no-address") : say("home.addresses", { count });
}
