import { safeText } from "../../http/index.ts";
import type { DeviceSession } from "../../sessions/index.ts";

type AppClaims = Pick<DeviceSession, "clientName" | "clientUri">;

/** What to call the app on a device: the name it gives itself, made harmless, or where it comes from. */
export function appName({ clientName, clientUri }: AppClaims): string {
	const name = safeText(clientName ?? "");
	return name !== "" ? name : (hostOf(clientUri) ?? "An app without a name");
}

/** The host of an app's address, in ASCII, so that letters of other scripts cannot imitate a known name. */
export function hostOf(uri: string | undefined): string | undefined {
	if (uri === undefined || !URL.canParse(uri)) return undefined;
	const { host } = new URL(uri);
	return host === "" ? undefined : host;
}

/** What an app or person wrote, made harmless; undefined when nothing is left to show. */
export function claim(text: string | undefined, limit: number): string | undefined {
	const shown = safeText(text ?? "", limit);
	return shown === "" ? undefined : shown;
}

/** Device ids are chosen by apps and may hold `/`, `?` and `#`. */
export function devicePath(deviceId: string): string {
	return `/account/devices/${encodeURIComponent(deviceId)}`;
}

/** The name of the device itself, where it says more than the app's. */
export function ownName(app: string | undefined, deviceName: string | undefined): string | undefined {
	const name = claim(deviceName, 80);
	return name === app ? undefined : name;
}
