import type {
	AccountId,
	Holds,
	LiveSessions,
	TakenVersions,
	Transactions,
	UploadUnit,
} from "@countersign/core";
import { type DeviceId, member, parseDeviceId } from "@countersign/protocol";
import type { Clock, Random } from "../config/ports.ts";
import type { Form } from "../http/index.ts";
import type { Sessions } from "../sessions/index.ts";
import type { HandedOn, HandOn, Said } from "./ports.ts";
import { type UndoPath, versionFrom } from "./undo-paths.ts";

/** What apps take away, as far as the guard has to know it. */
export interface UndoUnit extends Omit<UploadUnit, "keys" | "holds" | "sessions"> {
	readonly sessions: LiveSessions;
	readonly holds: Holds & {
		hiddenFrom(device: {
			readonly accountId: AccountId;
			readonly deviceId: DeviceId | null;
		}): Promise<TakenVersions & { readonly dehydratedDevice?: DeviceId }>;
		releaseDehydrated(accountId: AccountId): Promise<void>;
	};
}

export interface UndoDeps {
	readonly storage: Transactions<UndoUnit> & {
		exclusively<T>(accountId: AccountId, work: () => Promise<T>): Promise<T>;
	};
	readonly authenticate: Sessions["authenticate"];
	readonly isOwnToken: (accessToken: string) => boolean;
	readonly asToken: string;
	readonly handOn: HandOn;
	readonly clock: Clock;
	readonly random: Pick<Random, "token">;
}

type SignedIn = Extract<Awaited<ReturnType<Sessions["authenticate"]>>, { ok: true }>["caller"];

/** One request of an app of ours, read: of one on a device, where it changes something. */
export interface Asked<Caller = SignedIn & { readonly deviceId: DeviceId }> {
	readonly path: UndoPath;
	readonly method: HandedOn["method"];
	readonly query: Form;
	readonly body: Readonly<Record<string, unknown>> | undefined;
	readonly caller: Caller;
	readonly address: string;
	/** Hands this on, or another one, in the name of the caller. */
	readonly handOn: (other?: Pick<HandedOn, "method" | "path">) => Promise<Said>;
}

export type AskedToRead = Asked<SignedIn>;

/** Whether the homeserver says what there is, or that there is none. */
export function isSaid({ status }: Said): boolean {
	return status === 200 || status === 404;
}

/** What the homeserver tells of; undefined where it tells of nothing. */
export function toldIn({ status, body }: Said): Readonly<Record<string, unknown>> | undefined {
	return status === 200 ? { ...body } : undefined;
}

/** Which version it tells of, if any. */
export function versionIn(said: Said): number | undefined {
	const version = member(toldIn(said) ?? {}, "version");
	return typeof version === "string" ? versionFrom(version) : undefined;
}

/** Which dehydrated device it tells of. */
export function deviceIn(said: Said): DeviceId | undefined {
	const id = parseDeviceId(member(toldIn(said) ?? {}, "device_id"));
	return id.ok ? id.value : undefined;
}
