/**
 * What apps take away on the way to a reset, by the path of the request. One spelling of each is known, but for
 * percent-encoding, which is undone in each part once, as the homeserver does: whatever else a proxy may take for one
 * of these paths is nobody's, and is not handed on.
 */
export type UndoPath =
	| { readonly of: "versions" }
	| { readonly of: "version"; readonly version: number }
	| { readonly of: "keys"; readonly parts: readonly string[] }
	| { readonly of: "dehydrated-device" }
	| { readonly of: "account-data"; readonly userId: string; readonly type: string }
	/** Of homeservers with MSC3391: account data removed by a deletion, and not by writing that there is none. */
	| { readonly of: "removed-data"; readonly userId: string; readonly type: string };

const prefix = "/_matrix/client/";
const releases: readonly string[] = ["r0", "v3", "unstable"];
const msc3814 = "org.matrix.msc3814.v1";
const msc3391 = "org.matrix.msc3391";

/** Undefined for every other path. */
export function parseUndoPath(path: string): UndoPath | undefined {
	if (!path.startsWith(prefix)) return undefined;
	const [release = "", ...encoded] = path.slice(prefix.length).split("/");
	if (!releases.includes(release)) return undefined;
	if (release === "unstable" && encoded[0] === msc3391) {
		const of = parseUndoPath(`${prefix}v3/${encoded.slice(1).join("/")}`);
		return of?.of === "account-data" ? { ...of, of: "removed-data" } : undefined;
	}
	const isOurs = literals.some((literal) => encoded[0] === literal);
	const parts = isOurs ? decoded(encoded) : undefined;
	return parts && pathOf(release, encoded, parts);
}

/** These the homeserver compares as they were sent: another spelling of them means nothing to it. */
const literals = ["room_keys", "user", msc3814];

function pathOf(
	release: string,
	[first, encodedSecond, encodedThird]: readonly string[],
	[, second = "", third = "", fourth = "", ...more]: readonly string[],
): UndoPath | undefined {
	if (first === msc3814) {
		const isIt = release === "unstable" && encodedSecond === "dehydrated_device" && third === "";
		return isIt ? { of: "dehydrated-device" } : undefined;
	}
	if (more.length > 0) return undefined;
	if (first === "user") {
		const isIt = encodedThird === "account_data" && isSetAside(fourth);
		return isIt ? { of: "account-data", userId: second, type: fourth } : undefined;
	}
	if (encodedSecond === "keys") return { of: "keys", parts: [third, fourth].filter((part) => part !== "") };
	if (encodedSecond !== "version" || fourth !== "") return undefined;
	return third === "" ? { of: "versions" } : { of: "version", version: versionFrom(third) };
}

/** Account data of which what is emptied is set aside. */
function isSetAside(type: string): boolean {
	return /^m\.(?:secret_storage|cross_signing)\./.test(type) || type === "m.megolm_backup.v1";
}

/** A version as it stands in paths and queries; 0 for whatever is no number in its one spelling. */
export function versionFrom(text: string): number {
	return /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : 0;
}

/** No part is empty, and none a step. */
function decoded(parts: readonly string[]): readonly string[] | undefined {
	try {
		const plain = parts.map(decodeURIComponent);
		return plain.some((part) => part === "" || part === "." || part === "..") ? undefined : plain;
	} catch {
		return undefined;
	}
}

/** What the path is called among routes: for logs, which keep no ids. */
export function undoRouteOf(path: UndoPath): string {
	switch (path.of) {
		case "versions":
			return `${prefix}v3/room_keys/version`;
		case "version":
			return `${prefix}v3/room_keys/version/:version`;
		case "keys":
			return `${prefix}v3/room_keys/keys`;
		case "dehydrated-device":
			return `${prefix}unstable/${msc3814}/dehydrated_device`;
		case "account-data":
			return `${prefix}v3/user/:userId/account_data/:type`;
		case "removed-data":
			return `${prefix}unstable/${msc3391}/user/:userId/account_data/:type`;
	}
}

/** The one spelling in which it goes on to the homeserver. */
export function homeserverPath(path: UndoPath): string {
	switch (path.of) {
		case "versions":
		case "dehydrated-device":
			return undoRouteOf(path);
		case "version":
			return `${prefix}v3/room_keys/version/${path.version}`;
		case "keys":
			return [undoRouteOf(path), ...path.parts.map(encodeURIComponent)].join("/");
		case "account-data":
			return accountDataPath(path);
		case "removed-data":
			return `${prefix}unstable/${msc3391}/${dataOf(path)}`;
	}
}

interface DataName {
	readonly userId: string;
	readonly type: string;
}

export function accountDataPath(name: DataName): string {
	return `${prefix}v3/${dataOf(name)}`;
}

function dataOf({ userId, type }: DataName): string {
	return `user/${encodeURIComponent(userId)}/account_data/${encodeURIComponent(type)}`;
}
