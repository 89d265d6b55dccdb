/** What other programs may import. Whoever changes a list here changes what they were promised. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parseSync } from "oxc-parser";

const src = join(import.meta.dirname, "../src");

/** The names a file exports, those of `export *` included; types too. */
function exportsOf(path: string): readonly string[] {
	const { module } = parseSync(path, readFileSync(path, "utf8"));
	return module.staticExports.flatMap(({ entries }) =>
		entries.flatMap(({ importName, exportName, moduleRequest }) =>
			importName.kind === "AllButDefault" && exportName.kind === "None"
				? exportsOf(join(path, "..", moduleRequest?.value ?? ""))
				: [exportName.name ?? "default"],
		),
	);
}

const promised = {
	"index.ts": {
		values: [
			"CountersignClientError",
			"IdentityResetError",
			"approvalFromPopup",
			"authMetadataRequest",
			"authorizationCodeRequest",
			"authorizationUrl",
			"callerFor",
			"clientErrorCode",
			"createDeviceId",
			"createPkce",
			"createState",
			"createTokenHolder",
			"describeStatus",
			"deviceAuthorizationRequest",
			"deviceScope",
			"deviceSigningUploadRequest",
			"deviceTokenRequest",
			"discoverAuthMetadata",
			"discoverHomeserver",
			"finishLoginByRedirect",
			"identityStatus",
			"indexedDbPendingStore",
			"isClientError",
			"jsSdkCrypto",
			"jsSdkSession",
			"keyFingerprint",
			"loginByDeviceGrant",
			"loginByPassword",
			"memoryPendingStore",
			"prepareIdentityReset",
			"processAuthMetadataResponse",
			"processAuthorizationCallback",
			"processAuthorizationCodeResponse",
			"processDeviceAuthorizationResponse",
			"processDeviceSigningUploadResponse",
			"processDeviceTokenResponse",
			"processRefreshResponse",
			"processRegistrationResponse",
			"processRevocationResponse",
			"processVersionsResponse",
			"processWellKnownResponse",
			"refreshRequest",
			"registrationRequest",
			"restoreIdentity",
			"restoreOldMessages",
			"resumeIdentityReset",
			"revocationRequest",
			"rotateRecoveryKey",
			"safeResetEncryption",
			"serializeKeys",
			"startLoginByRedirect",
			"uiAuthCallbackFor",
			"uploadWithApproval",
			"verifyWithOtherDevice",
			"versionsRequest",
			"vouchForDevice",
			"wasmCrypto",
			"wellKnownRequest",
		],
		types: [
			"ApprovalChallenge",
			"ApprovalPopup",
			"ApprovalPopupOptions",
			"ApprovalWindow",
			"Asked",
			"AuthorizationRequest",
			"BackupAccess",
			"Caller",
			"ClientErrorCode",
			"ClientErrorDetails",
			"ClientMetadata",
			"Clock",
			"CodeExchange",
			"ComparedEmoji",
			"CrossSigningKeys",
			"DeviceAuthorization",
			"DeviceLoginOptions",
			"DeviceLoginPrompt",
			"DeviceSigningUploadAnswer",
			"DeviceSigningUploadAttempt",
			"DeviceTokenAnswer",
			"DeviceTokenExchange",
			"DiscoveredHomeserver",
			"ExpectedCallback",
			"Fetch",
			"FinishLoginOptions",
			"HeldSecrets",
			"HomeserverAnswer",
			"HomeserverCall",
			"HomeserverSession",
			"HomeserverVersions",
			"IdentityCrypto",
			"IdentityReset",
			"IdentityStatus",
			"Jitter",
			"JsSdkClient",
			"JsSdkCryptoApi",
			"LoginStorage",
			"LoginWindow",
			"MachineRequest",
			"MatrixErrorBody",
			"NewSession",
			"OAuthMetadata",
			"OldMessagesOptions",
			"PasswordLogin",
			"PasswordProof",
			"PasswordSession",
			"PendingStore",
			"Pkce",
			"PostKeys",
			"RecoverySecret",
			"RedirectLoginOptions",
			"RedirectedSession",
			"Refresh",
			"Registration",
			"RequestOptions",
			"ResetErrorDetails",
			"ResetOutcome",
			"ResetParts",
			"ResetStep",
			"ResetWishes",
			"RestoreOptions",
			"RestoreOutcome",
			"Revocation",
			"RoomKey",
			"RoomKeysProgress",
			"RoomKeysRestored",
			"RotationOptions",
			"RotationOutcome",
			"RunOptions",
			"SafeResetOptions",
			"SecretsBundle",
			"SerializedKeys",
			"SessionTokens",
			"Sleep",
			"TokenAnswer",
			"TokenHolder",
			"TokenHolderOptions",
			"UiAuthOptions",
			"UiaAuth",
			"UiaChallenge",
			"UiaFlow",
			"UploadOutcome",
			"UploadWithApprovalOptions",
			"VerificationOptions",
			"VerificationOutcome",
			"VerificationStep",
			"VerifyingMachine",
			"VerifyingModule",
			"VouchOptions",
			"WasmMachine",
			"WasmModule",
			"WasmVerification",
		],
	},
	"node/index.ts": {
		values: ["filePendingStore", "loginByLoopback", "replaceFile", "tokenFile", "withFileLock"],
		types: ["LoopbackLoginOptions", "TokenFile"],
	},
} as const;

for (const [door, { values, types }] of Object.entries(promised)) {
	describe(`${door} exports`, () => {
		test("these functions and values, and no other", async () => {
			assert.deepEqual(Object.keys(await import(join(src, door))).sort(), [...values].sort());
		});

		test("these types, and no other", () => {
			const found = exportsOf(join(src, door)).filter(
				(name) => !(values as readonly string[]).includes(name),
			);
			assert.deepEqual(found.sort(), [...types].sort());
		});
	});
}
