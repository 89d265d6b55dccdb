import type { SecurityEventKind } from "../audit/index.ts";
import { say, type Text } from "../words/index.ts";

/** Lines of the security log that people are told of where they do not look, in the words of the log. */
const noticed = {
	"signed-in": say("notice.signed-in"),
	"device-signed-in": say("log.device-signed-in"),
	"device-gave-way": say("log.device-gave-way"),
	"reset-asked": say("log.reset-asked"),
	"reset-approved": say("log.reset-approved"),
	"reset-denied": say("log.reset-denied"),
	"requests-ended": say("log.requests-ended"),
	"reset-data-wanted": say("log.reset-data-wanted"),
	"reset-window-opened": say("log.reset-window-opened"),
	"identity-replaced": say("log.identity-replaced"),
	"identity-replaced-unasked": say("log.identity-replaced-unasked"),
	"identity-replaced-by-service": say("log.identity-replaced-by-service"),
	"password-changed": say("log.password-changed"),
	"password-removed": say("log.password-removed"),
	"password-reset": say("log.password-reset"),
	"password-set-by-link": say("log.password-set-by-link"),
	"password-set-by-mail": say("log.password-set-by-mail"),
	"address-added": say("log.address-added"),
	"address-removed": say("log.address-removed"),
	"link-added": say("log.link-added"),
	"link-removed": say("log.link-removed"),
	"code-refused": say("log.code-refused"),
	"passkey-added": say("log.passkey-added"),
	"passkey-removed": say("log.passkey-removed"),
	"passkey-copied": say("log.passkey-copied"),
	"codes-added": say("log.codes-added"),
	"codes-removed": say("log.codes-removed"),
	"recovery-codes-made": say("log.recovery-codes-made"),
	"recovery-code-used": say("log.recovery-code-used"),
	"proof-reset": say("log.proof-reset"),
	"factors-lost-begun": say("log.factors-lost-begun"),
	"factors-lost-soon": say("log.factors-lost-soon"),
	"factors-lost-stopped": say("log.factors-lost-stopped"),
	"factors-lost-taken": say("log.factors-lost-taken"),
	"token-issued": say("log.token-issued"),
	"token-made": say("log.token-made"),
	"token-replaced": say("log.token-replaced"),
	"password-link-made": say("log.password-link-made"),
	"admin-granted": say("log.admin-granted"),
	"account-reactivated": say("log.account-reactivated"),
	"account-deactivated": say("log.account-deactivated"),
} as const satisfies Partial<Record<SecurityEventKind, Text>>;

export const noticedKinds: readonly SecurityEventKind[] = Object.keys(noticed) as (keyof typeof noticed)[];

/** Lines that remind people of what is to come: nobody did it, and nobody can say that it was not them. */
export const remindingKinds: readonly SecurityEventKind[] = [
	...(["token-ends-soon", "app-idle-soon", "app-ends-soon"] as const),
];

/** Undefined for what nobody is told of. */
export function noticeText(kind: string): Text | undefined {
	return Object.hasOwn(noticed, kind) ? noticed[kind as keyof typeof noticed] : undefined;
}
