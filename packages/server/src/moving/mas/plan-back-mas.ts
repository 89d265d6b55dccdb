import { carriedParts } from "../../proofs/index.ts";
import type { Opening } from "../first-token.ts";
import type { PersonHere, SessionHere } from "../ports.ts";
import { idAtMas } from "./at-mas.ts";
import { type MovingSession, planEach, type SessionMeans } from "./plan-sessions.ts";
import type { ChangesAtMas, MasPerson } from "./ports.ts";
import { newAtMas } from "./sessions-since.ts";
import { type TokenChanges, tokensAtMas } from "./tokens-back.ts";

export interface BackToMas extends Opening, SessionMeans {
	/** Whom MAS's policy makes administrators, by name. */
	readonly adminUsers: readonly string[];
}

export interface MasBackPlan {
	readonly changes: ChangesAtMas;
	/** Devices that are signed in here, and cannot be there: nobody knows the tokens that were made here. */
	readonly signedOut: readonly SessionHere[];
}

/**
 * What MAS has to know of a person who goes back: what ended here ends there, refresh tokens go on where they are by
 * now, and the password is the newest. Sessions and tokens that never moved stay as they are there. Pure.
 * @param there undefined for somebody who joined since
 */
export function planBackToMas(there: MasPerson | undefined, here: PersonHere, back: BackToMas): MasBackPlan {
	const { moved, stayed } = sessionsOf(there, back);
	// What has no device is a session of its own.
	const byDevice = Map.groupBy(moved, ({ there: { id }, session }) => session.deviceId ?? `alone ${id}`);
	const devices = [...byDevice.values()].map((sessions) => ({
		sessions,
		here: here.sessions.find(({ id }) => idAtMas(id) === sessions[0]?.there.id),
	}));
	const going = devices.flatMap(({ sessions, here: session }) =>
		session === undefined ? [] : [{ session, tokens: tokensAtMas(sessions, session, back) }],
	);
	const known = new Set(going.map(({ session }) => session));
	const isThere = ({ id }: SessionHere) => there?.sessions.some((session) => session.id === idAtMas(id));
	const since = here.sessions
		.filter((session) => !known.has(session) && !isThere(session))
		.map((session) => ({ session, atMas: newAtMas(session, back) }));
	const ended = devices.flatMap(({ sessions, here: session }) => (session === undefined ? sessions : []));
	const unmoved = here.closed || there?.deactivatedAt != null ? stayed : [];
	const all = <Kind extends "endAccess" | "addRefresh" | "consume">(kind: Kind) =>
		going.flatMap(({ tokens }): readonly TokenChanges[Kind][number][] => tokens[kind]);
	return {
		changes: {
			at: back.now,
			...accountAtMas(there, here, back),
			endSessions: [...ended.map(({ there: { kind, id } }) => ({ kind, id })), ...unmoved],
			addSessions: since.flatMap(({ atMas }) => atMas?.session ?? []),
			endAccess: all("endAccess"),
			addRefresh: [...all("addRefresh"), ...since.flatMap(({ atMas }) => atMas?.refresh ?? [])],
			consume: all("consume"),
		},
		signedOut: [
			...going.filter(({ tokens }) => !tokens.goesOn).map(({ session }) => session),
			...since.filter(({ atMas }) => atMas === undefined).map(({ session }) => session),
		],
	};
}

function sessionsOf(there: MasPerson | undefined, back: BackToMas) {
	const all = there?.sessions ?? [];
	const isOpen = there !== undefined && there.deactivatedAt === null && !there.isGuest;
	const moved: readonly MovingSession[] = isOpen ? planEach(all, back).moving : [];
	const ids = new Set(moved.map((session) => session.there.id));
	return { moved, stayed: all.filter(({ id }) => !ids.has(id)).map(({ kind, id }) => ({ kind, id })) };
}

function accountAtMas(
	there: MasPerson | undefined,
	here: PersonHere,
	{ adminUsers }: BackToMas,
): Pick<ChangesAtMas, "join" | "account" | "password"> {
	const { localpart: username, createdAt, locked, closed } = here;
	const before = {
		admin: there?.admin ?? false,
		locked: there?.lockedAt != null,
		closed: there?.deactivatedAt != null,
	};
	// Whoever administers by MAS's policy has no mark of it.
	const admin = adminUsers.includes(username) && here.admin ? before.admin : here.admin;
	const account = { admin, locked: closed ? before.locked : locked, closed };
	const isSame =
		before.admin === account.admin && before.locked === account.locked && before.closed === closed;
	const password = here.passwordHash === null ? undefined : carriedParts(here.passwordHash);
	const isOld =
		password === undefined ||
		(password.hash === there?.password?.hash && password.version === there.password.version);
	return {
		...(there === undefined && { join: { username, createdAt } }),
		...(!isSame && { account }),
		...(!isOld && { password }),
	};
}

/** The id of somebody at MAS. */
export function personAtMas({ id }: PersonHere): string {
	return idAtMas(id);
}
