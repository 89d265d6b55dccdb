import { safeText } from "../../http/index.ts";
import { type Html, html } from "../../pages/index.ts";
import { addressOf } from "../../resume/index.ts";
import type { DeviceSession } from "../../sessions/index.ts";
import { say, type Text } from "../../words/index.ts";

type AppClaims = Pick<DeviceSession, "clientName" | "clientUri"> & Partial<Pick<DeviceSession, "compat">>;

/** What to call the app on a device: the name it gives itself, made harmless, or where it comes from. */
export function appName(it: AppClaims): string | Text {
	const name = wholeAppName(it);
	if (name !== undefined) return safeText(name);
	// Apps of the older login API do not say who they are; what they call the device is all there is.
	return it.compat === true ? say("devices.compat-app") : say("devices.nameless-app");
}

function wholeAppName({ clientName, clientUri }: AppClaims): string | undefined {
	const name = whole(clientName);
	return name === "" ? hostOf(clientUri) : name;
}

/** How such an app was signed in, wherever a session is described. */
export const compatSignIn = say("devices.compat-sign-in");

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
	return addressOf({ kind: "device", deviceId });
}

export function deviceCode(deviceId: string): Html {
	return html`<code>${safeText(deviceId, 255)}</code>`;
}

/** The page of what is signed in, on a device or without one. */
export function sessionPath({ id, deviceId }: Pick<DeviceSession, "id" | "deviceId">): string {
	return deviceId === null ? addressOf({ kind: "session", sessionId: id }) : devicePath(deviceId);
}

export function deviceNamePath(deviceId: string): string {
	return addressOf({ kind: "device", deviceId, part: "name" });
}

/** The name of the device itself, where it says more than the app's. Whole names are compared: two that begin alike differ. */
export function ownName(app: AppClaims, deviceName: string | undefined): string | undefined {
	const name = whole(deviceName);
	return name === wholeAppName(app) ? undefined : claim(name, 80);
}

/** Longer than any name that is taken in. */
function whole(name: string | undefined): string {
	return safeText(name ?? "", 4096);
}
