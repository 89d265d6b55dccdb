import type { SecurityEvent, SecurityEventKind } from "../../audit/index.ts";
import { say, type Text } from "../../words/index.ts";

interface Words {
	readonly text: Text;
	/** Worth a second look: somebody was refused, or something cannot be taken back. */
	readonly isAlarming: boolean;
}

const kinds: Readonly<Record<SecurityEventKind, Words>> = {
	"account-registered": calm(say("log.account-registered")),
	"terms-agreed": calm(say("log.terms-agreed")),
	"signed-in": calm(say("log.signed-in")),
	"sign-in-refused": alarming(say("log.sign-in-refused")),
	"browser-signed-out": calm(say("log.browser-signed-out")),
	"password-changed": alarming(say("log.password-changed")),
	"password-removed": alarming(say("log.password-removed")),
	"password-refused": alarming(say("log.password-refused")),
	"password-reset": alarming(say("log.password-reset")),
	"password-link-made": alarming(say("log.password-link-made")),
	"password-set-by-link": alarming(say("log.password-set-by-link")),
	"passkey-added": alarming(say("log.passkey-added")),
	"passkey-removed": alarming(say("log.passkey-removed")),
	"passkey-copied": alarming(say("log.passkey-copied")),
	"codes-added": alarming(say("log.codes-added")),
	"codes-removed": alarming(say("log.codes-removed")),
	"code-refused": alarming(say("log.code-refused")),
	"recovery-codes-made": alarming(say("log.recovery-codes-made")),
	"recovery-code-used": alarming(say("log.recovery-code-used")),
	"proof-reset": alarming(say("log.proof-reset")),
	"requests-ended": alarming(say("log.requests-ended")),
	"factors-lost-asked": alarming(say("log.factors-lost-asked")),
	"factors-lost-begun": alarming(say("log.factors-lost-begun")),
	"factors-lost-soon": alarming(say("log.factors-lost-soon")),
	"factors-lost-stopped": alarming(say("log.factors-lost-stopped")),
	"factors-lost-taken": alarming(say("log.factors-lost-taken")),
	"address-added": alarming(say("log.address-added")),
	"address-removed": alarming(say("log.address-removed")),
	"link-added": alarming(say("log.link-added")),
	"link-removed": alarming(say("log.link-removed")),
	"password-link-mailed": alarming(say("log.password-link-mailed")),
	"password-set-by-mail": alarming(say("log.password-set-by-mail")),
	"notice-objected": alarming(say("log.notice-objected")),
	"account-locked": alarming(say("log.account-locked")),
	"account-unlocked": calm(say("log.account-unlocked")),
	"account-deactivated": alarming(say("log.account-deactivated")),
	"account-reactivated": alarming(say("log.account-reactivated")),
	"admin-granted": alarming(say("log.admin-granted")),
	"admin-withdrawn": calm(say("log.admin-withdrawn")),
	"program-allowed": alarming(say("log.program-allowed")),
	"program-revoked": calm(say("log.program-revoked")),
	"device-allowed": calm(say("log.device-allowed")),
	"device-refused": calm(say("log.device-refused")),
	"device-signed-in": calm(say("log.device-signed-in")),
	"device-signed-out": calm(say("log.device-signed-out")),
	"token-issued": alarming(say("log.token-issued")),
	"token-made": alarming(say("log.token-made")),
	"token-replaced": alarming(say("log.token-replaced")),
	"token-ends-soon": alarming(say("log.token-ends-soon")),
	"app-idle-soon": alarming(say("log.app-idle-soon")),
	"app-ends-soon": alarming(say("log.app-ends-soon")),
	"device-gave-way": alarming(say("log.device-gave-way")),
	"refresh-token-late": calm(say("log.refresh-token-late")),
	"refresh-token-reused": alarming(say("log.refresh-token-reused")),
	"identity-created": calm(say("log.identity-created")),
	"reset-asked": alarming(say("log.reset-asked")),
	"reset-approved": alarming(say("log.reset-approved")),
	"reset-denied": calm(say("log.reset-denied")),
	"reset-reopened": calm(say("log.reset-reopened")),
	"reset-expired": calm(say("log.reset-expired")),
	"reset-refused": calm(say("log.reset-refused")),
	"reset-data-held": alarming(say("log.reset-data-held")),
	"reset-data-back": calm(say("log.reset-data-back")),
	"reset-data-back-in-part": alarming(say("log.reset-data-back-in-part")),
	"reset-data-kept": calm(say("log.reset-data-kept")),
	"reset-data-wanted": alarming(say("log.reset-data-wanted")),
	"reset-data-dropped": calm(say("log.reset-data-dropped")),
	"reset-data-opened": alarming(say("log.reset-data-opened")),
	"reset-data-deleted": alarming(say("log.reset-data-deleted")),
	"reset-window-asked": alarming(say("log.reset-window-asked")),
	"reset-window-opened": alarming(say("log.reset-window-opened")),
	"reset-window-closed": calm(say("log.reset-window-closed")),
	"identity-replaced": alarming(say("log.identity-replaced")),
	"identity-replaced-unasked": alarming(say("log.identity-replaced-unasked")),
	"identity-replaced-by-service": alarming(say("log.identity-replaced-by-service")),
};

const signedOut: ReadonlyMap<string, Text> = new Map([
	["signed-out", say("log.ended-signed-out")],
	["signed-out-everywhere", say("log.ended-signed-out-everywhere")],
	["revoked", say("log.ended-revoked")],
	["replaced", say("log.ended-replaced")],
	["code-replayed", say("log.ended-code-replayed")],
	["ended-by-operator", say("log.ended-ended-by-operator")],
	["signed-out-elsewhere", say("log.ended-signed-out-elsewhere")],
	["admin-withdrawn", say("log.ended-admin-withdrawn")],
	["account-closed", say("log.ended-account-closed")],
	["token-over", say("log.ended-token-over")],
	["idle", say("log.ended-idle")],
	["too-old", say("log.ended-too-old")],
]);

/** An entry of the security log as the person reads it. */
export function eventWords({ kind, detail }: Pick<SecurityEvent, "kind" | "detail">): Words {
	const words = kinds[kind];
	if (kind === "browser-signed-out" && detail.browsers !== "1")
		return calm(
			detail.browsers === undefined
				? say("log.all-browsers-signed-out")
				: say("log.browsers-signed-out", { count: Number(detail.browsers) }),
		);
	const reason = kind === "device-signed-out" ? signedOut.get(detail.reason ?? "") : undefined;
	if (reason === undefined) return words;
	return detail.reason === "code-replayed" ? alarming(reason) : calm(reason);
}

function calm(text: Text): Words {
	return { text, isAlarming: false };
}

function alarming(text: Text): Words {
	return { text, isAlarming: true };
}
