import { asAccountId, asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { compatSsoDenied, compatSsoPage } from "../../src/account/pages/compat-sso.ts";
import { devicePage } from "../../src/account/pages/device.ts";
import { devicesPage } from "../../src/account/pages/devices.ts";
import { signOutForm } from "../../src/account/pages/sign-out-form.ts";
import { redirectSite } from "../../src/compat/index.ts";
import type { PageView } from "../../src/pages/index.ts";
import type { ProofAsked } from "../../src/proofs/index.ts";
import type { DeviceSession } from "../../src/sessions/index.ts";
import { say } from "../../src/words/index.ts";

/** The pages for apps of the older login API, in every state they have. */
export function compatViews(now: number): readonly { readonly name: string; readonly view: PageView }[] {
	const asked = (redirectUrl: string, asks?: ProofAsked) =>
		compatSsoPage({
			...{ id: "request", userId: "@alice:localhost", csrf: "t", site: redirectSite(redirectUrl), asks },
			...{ room: [], now },
			switchAccount: signOutForm({
				label: say("common.use-another-account"),
				csrf: "t",
				next: { kind: "front" },
			}),
		});
	const device: DeviceSession = {
		...{
			id: asSessionId("session"),
			accountId: asAccountId("account"),
			clientId: "legacy",
			deviceId: asDeviceId("an old phone"),
		},
		...{ lasting: false, compat: true, scope: "", createdAt: now - 86_400_000, lastUsedAt: now - 60_000 },
		...{ signedInAddress: "192.0.2.7", lastAddress: "192.0.2.7", userAgent: "Example/1.0 (Linux)" },
	};
	const name = "Alice's old phone";
	return [
		{ name: "compat-sso-website", view: asked("https://app.example.org/#/login") },
		{
			name: "compat-sso-long",
			view: asked(`https://${"a-name-that-goes-on-and-on.".repeat(6)}example.org:8443/`),
		},
		{ name: "compat-sso-in-clear", view: asked("http://192.0.2.20:8080/") },
		{ name: "compat-sso-program", view: asked("http://localhost:4711/sso") },
		{ name: "compat-sso-app", view: asked("com.example.messenger:/callback") },
		{ name: "compat-sso-password", view: asked("https://app.example.org/#/login", { password: true }) },
		{ name: "compat-sso-denied", view: compatSsoDenied },
		{
			name: "compat-devices",
			view: devicesPage({ userId: "@alice:localhost", devices: [{ device, name }], kept: [], now }),
		},
		{
			name: "compat-device",
			view: devicePage({ device, deviceName: name, isAdmin: false, waiting: [], now }),
		},
	];
}
