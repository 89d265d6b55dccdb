import type { SecurityEventKind } from "../../audit/index.ts";
import { say } from "../../words/index.ts";

/** Parts of the security log that can be looked at alone, in the order in which they are offered. */
export const eventGroups = {
	"sign-ins": say("log.group-sign-ins"),
	devices: say("log.group-devices"),
	identity: say("log.group-identity"),
	password: say("log.group-proofs"),
} as const;

export type EventGroup = keyof typeof eventGroups;

const groups: Readonly<Record<SecurityEventKind, EventGroup>> = {
	"account-registered": "sign-ins",
	"terms-agreed": "sign-ins",
	"signed-in": "sign-ins",
	"sign-in-refused": "sign-ins",
	"browser-signed-out": "sign-ins",
	"address-added": "sign-ins",
	"address-removed": "sign-ins",
	"link-added": "sign-ins",
	"link-removed": "sign-ins",
	"notice-objected": "sign-ins",
	"account-locked": "sign-ins",
	"account-unlocked": "sign-ins",
	"account-deactivated": "sign-ins",
	"account-reactivated": "sign-ins",
	"admin-granted": "sign-ins",
	"admin-withdrawn": "sign-ins",
	"program-allowed": "sign-ins",
	"program-revoked": "sign-ins",
	"password-changed": "password",
	"password-removed": "password",
	"password-refused": "password",
	"password-reset": "password",
	"password-link-made": "password",
	"password-set-by-link": "password",
	"passkey-added": "password",
	"passkey-removed": "password",
	"passkey-copied": "password",
	"proof-reset": "password",
	"factors-lost-asked": "password",
	"factors-lost-begun": "password",
	"factors-lost-soon": "password",
	"factors-lost-stopped": "password",
	"factors-lost-taken": "password",
	"codes-added": "password",
	"codes-removed": "password",
	"code-refused": "password",
	"recovery-codes-made": "password",
	"recovery-code-used": "password",
	"password-link-mailed": "password",
	"password-set-by-mail": "password",
	"device-allowed": "devices",
	"device-refused": "devices",
	"device-signed-in": "devices",
	"device-signed-out": "devices",
	"token-issued": "devices",
	"token-made": "devices",
	"token-replaced": "devices",
	"token-ends-soon": "devices",
	"app-idle-soon": "devices",
	"app-ends-soon": "devices",
	"device-gave-way": "devices",
	"refresh-token-late": "devices",
	"refresh-token-reused": "devices",
	"identity-created": "identity",
	"reset-asked": "identity",
	"requests-ended": "identity",
	"reset-approved": "identity",
	"reset-denied": "identity",
	"reset-reopened": "identity",
	"reset-expired": "identity",
	"reset-refused": "identity",
	"reset-data-held": "identity",
	"reset-data-back": "identity",
	"reset-data-back-in-part": "identity",
	"reset-data-kept": "identity",
	"reset-data-wanted": "identity",
	"reset-data-dropped": "identity",
	"reset-data-opened": "identity",
	"reset-data-deleted": "identity",
	"reset-window-asked": "identity",
	"reset-window-opened": "identity",
	"reset-window-closed": "identity",
	"identity-replaced": "identity",
	"identity-replaced-unasked": "identity",
	"identity-replaced-by-service": "identity",
};

/** Never empty. */
export function kindsOf(group: EventGroup): readonly SecurityEventKind[] {
	return (Object.keys(groups) as SecurityEventKind[]).filter((kind) => groups[kind] === group);
}

/** Undefined for anything but the name of a group. */
export function parseEventGroup(text: string | undefined): EventGroup | undefined {
	return (Object.keys(eventGroups) as EventGroup[]).find((group) => group === text);
}
