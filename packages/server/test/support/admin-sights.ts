import { asAccountId, asSessionId } from "@countersign/core";
import { asDeviceId, parseMatrixScope } from "@countersign/protocol";
import { consentPage } from "../../src/account/pages/consent.ts";
import { devicePage } from "../../src/account/pages/device.ts";
import { linkAskingPage } from "../../src/account/pages/link-asking.ts";
import { signOutForm } from "../../src/account/pages/sign-out-form.ts";
import type { InteractionDetails } from "../../src/authorization/index.ts";
import type { PageView } from "../../src/pages/index.ts";
import type { DeviceSession } from "../../src/sessions/index.ts";
import { say } from "../../src/words/index.ts";

const adminScope = "urn:synapse:admin:*";
const deviceId = asDeviceId("ADMINCONSOLE");

/** The pages about an app that asks to administer the server, which only an administrator can let it. */
export function adminViews(now: number): readonly { readonly name: string; readonly view: PageView }[] {
	const scope = parseMatrixScope(
		`urn:matrix:client:api:* urn:matrix:client:device:${deviceId} ${adminScope}`,
	);
	if (!scope.ok) throw new Error(scope.description);
	const client = {
		id: "client",
		name: "Example Admin",
		uri: "https://admin.example/",
		host: "admin.example",
	};
	const person = {
		userId: "@alice:localhost",
		mayAdminister: true,
		csrf: "t",
		asks: undefined,
		room: [],
		now,
	};
	const asked: InteractionDetails = {
		...{ ok: true, uid: "uid", client, scope: scope.value, deviceKnown: false, prompt: "consent" },
		...{ redirectUri: "https://admin.example/", redirectTarget: "https://admin.example" },
		...{ createdAt: now, expiresAt: now + 60_000 },
	};
	const device: DeviceSession = {
		...{
			id: asSessionId("session"),
			accountId: asAccountId("account"),
			clientId: client.id,
			deviceId,
			scope: adminScope,
		},
		...{ lasting: false, compat: false, createdAt: now - 86_400_000, lastUsedAt: now - 60_000 },
		...{ clientName: client.name, clientUri: client.uri, signedInAddress: "192.0.2.7" },
	};
	const switchAccount = signOutForm({
		label: say("common.use-another-account"),
		csrf: "t",
		next: { kind: "front" },
	});
	const linked = {
		...{ ...person, browserAddress: "192.0.2.7" },
		request: {
			...{ code: "BCDF-GHJK", client, scope: scope.value, deviceKnown: false, createdAt: now },
			...{ address: "192.0.2.7", userAgent: "Television/2.0" },
		},
	};
	const unsevere = { ...asked, scope: { ...asked.scope, admin: false, managing: false } };
	return [
		{ name: "admin-consent", view: consentPage({ ...person, asked, switchAccount }) },
		{
			name: "admin-consent-password",
			view: consentPage({ ...person, asks: { password: true }, asked, switchAccount }),
		},
		{
			name: "admin-consent-refused",
			view: consentPage({ ...person, mayAdminister: false, asked, switchAccount }),
		},
		{
			name: "admin-consent-without-factor",
			view: consentPage({ ...person, mayAdminister: false, addFactor: "/", asked, switchAccount }),
		},
		{ name: "admin-link", view: linkAskingPage(linked) },
		{
			name: "consent-full",
			view: consentPage({ ...person, room: undefined, asked: unsevere, switchAccount }),
		},
		{
			name: "consent-gives-way",
			view: consentPage({
				...{ ...person, asked: unsevere, switchAccount },
				room: [{ ...device, lastUsedAt: now - 90 * 86_400_000 }],
			}),
		},
		{ name: "link-full", view: linkAskingPage({ ...linked, room: undefined }) },
		{ name: "admin-link-refused", view: linkAskingPage({ ...linked, mayAdminister: false }) },
		{ name: "admin-device", view: devicePage({ device, isAdmin: true, waiting: [], now }) },
	];
}
