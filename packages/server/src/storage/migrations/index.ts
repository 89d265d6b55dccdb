import type { Migration } from "kysely/migration";
import { accounts } from "./0001-accounts.ts";
import { embeddedKeys } from "./0002-embedded-keys.ts";
import { embeddedClientData } from "./0003-embedded-client-data.ts";
import { deviceAuthorizations } from "./0004-device-authorizations.ts";
import { dehydratedDevices } from "./0005-dehydrated-devices.ts";
import { cleanUp } from "./0006-clean-up.ts";
import { homeserverTasks } from "./0007-homeserver-tasks.ts";
import { spendLease } from "./0008-spend-lease.ts";
import { compat } from "./0009-compat.ts";
import { cleanUpLooks } from "./0010-clean-up-looks.ts";
import { requestsByState } from "./0011-requests-by-state.ts";
import { repeatedRemovals } from "./0012-repeated-removals.ts";
import { whatIsSent } from "./0013-what-is-sent.ts";
import { claimedKeys } from "./0015-claimed-keys.ts";
import { answeredSso } from "./0019-answered-sso.ts";
import { slowedOnce } from "./0020-slowed-once.ts";
import { keptDevices } from "./0021-kept-devices.ts";
import { rendezvous } from "./0025-rendezvous.ts";
import { actors } from "./0028-actors.ts";
import { holds } from "./0031-holds.ts";
import { hintsOfDevices } from "./0040-hints-of-devices.ts";
import { holdsBeside } from "./0041-holds-beside.ts";
import { keptForReading } from "./0042-kept-for-reading.ts";
import { moving } from "./0045-moving.ts";
import { keptFromMas } from "./0047-kept-from-mas.ts";
import { passwordLinks } from "./0050-password-links.ts";
import { sessionsWithoutDevice } from "./0055-sessions-without-device.ts";
import { sealedTokens } from "./0056-sealed-tokens.ts";
import { passkeys } from "./0057-passkeys.ts";
import { codes } from "./0058-codes.ts";
import { mail } from "./0060-mail.ts";
import { mailedLinks } from "./0061-mailed-links.ts";
import { notices } from "./0062-notices.ts";
import { authenticationEvents } from "./0070-authentication-events.ts";
import { elevatedTokens } from "./0071-elevated-tokens.ts";

import { registrationTokens } from "./0072-registration-tokens.ts";
import { agreedTerms } from "./0073-agreed-terms.ts";
import { approvalsThatWait } from "./0080-approvals-that-wait.ts";
import { demandedFactors } from "./0081-demanded-factors.ts";
import { factorLosses } from "./0082-factor-losses.ts";
import { whoRevoked } from "./0083-who-revoked.ts";
import { begunRegistrations } from "./0084-begun-registrations.ts";
import { sessionEnds } from "./0090-session-ends.ts";
import { upstream } from "./0091-upstream.ts";
import { toldEnds } from "./0092-told-ends.ts";
import { sessionLists } from "./0093-session-lists.ts";
import { whoChanged } from "./0094-who-changed.ts";
import { firstFactors } from "./0095-first-factors.ts";
import { issuers } from "./0096-issuers.ts";
import { staysElsewhere } from "./0097-stays-elsewhere.ts";
import { adminsByServices } from "./0098-admins-by-services.ts";
import { intentGenerations } from "./0105-intent-generations.ts";
import { toldIds } from "./0106-told-ids.ts";
import { byActor } from "./0107-by-actor.ts";
import { takenAlone } from "./0110-taken-alone.ts";
import { adminLists } from "./0112-admin-lists.ts";
import { streamPositions } from "./0115-stream-positions.ts";
import { replacedHolds } from "./0116-replaced-holds.ts";

/** Every migration in order. Listed, not discovered; a released one is never edited. */
export const migrations: Record<string, Migration> = {
	"0001-accounts": accounts,
	"0002-embedded-keys": embeddedKeys,
	"0003-embedded-client-data": embeddedClientData,
	"0004-device-authorizations": deviceAuthorizations,
	"0005-dehydrated-devices": dehydratedDevices,
	"0006-clean-up": cleanUp,
	"0007-homeserver-tasks": homeserverTasks,
	"0008-spend-lease": spendLease,
	"0009-compat": compat,
	"0010-clean-up-looks": cleanUpLooks,
	"0011-requests-by-state": requestsByState,
	"0012-repeated-removals": repeatedRemovals,
	"0013-what-is-sent": whatIsSent,
	"0015-claimed-keys": claimedKeys,
	"0019-answered-sso": answeredSso,
	"0020-slowed-once": slowedOnce,
	"0021-kept-devices": keptDevices,
	"0025-rendezvous": rendezvous,
	"0028-actors": actors,
	"0031-holds": holds,
	"0040-hints-of-devices": hintsOfDevices,
	"0041-holds-beside": holdsBeside,
	"0042-kept-for-reading": keptForReading,
	"0045-moving": moving,
	"0047-kept-from-mas": keptFromMas,
	"0050-password-links": passwordLinks,
	"0055-sessions-without-device": sessionsWithoutDevice,
	"0056-sealed-tokens": sealedTokens,
	"0057-passkeys": passkeys,
	"0058-codes": codes,
	"0060-mail": mail,
	"0061-mailed-links": mailedLinks,
	"0062-notices": notices,
	"0070-authentication-events": authenticationEvents,
	"0071-elevated-tokens": elevatedTokens,
	"0072-registration-tokens": registrationTokens,
	"0073-agreed-terms": agreedTerms,
	"0080-approvals-that-wait": approvalsThatWait,
	"0081-demanded-factors": demandedFactors,
	"0082-factor-losses": factorLosses,
	"0083-who-revoked": whoRevoked,
	"0084-begun-registrations": begunRegistrations,
	"0090-session-ends": sessionEnds,
	"0091-upstream": upstream,
	"0092-told-ends": toldEnds,
	"0093-session-lists": sessionLists,
	"0094-who-changed": whoChanged,
	"0095-first-factors": firstFactors,
	"0096-issuers": issuers,
	"0097-stays-elsewhere": staysElsewhere,
	"0098-admins-by-services": adminsByServices,
	"0105-intent-generations": intentGenerations,
	"0106-told-ids": toldIds,
	"0107-by-actor": byActor,
	"0110-taken-alone": takenAlone,
	"0112-admin-lists": adminLists,
	"0115-stream-positions": streamPositions,
	"0116-replaced-holds": replacedHolds,
};
