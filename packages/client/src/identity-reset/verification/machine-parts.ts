import type { MachineRequest, WasmMachine, WasmModule } from "../wasm-crypto.ts";

/** The part of an `OlmMachine` that a verification needs beyond {@link WasmMachine}. */
export interface VerifyingMachine extends WasmMachine {
	outgoingRequests(): Promise<MachineRequest[]>;
	receiveSyncChanges(
		toDeviceEvents: string,
		deviceLists: object,
		oneTimeKeyCounts: Map<string, number>,
		unusedFallbackKeys?: Set<string>,
	): Promise<unknown>;
	getVerificationRequests(userId: object): WasmVerification[];
	getSecretsFromInbox(name: string): Promise<Set<string>>;
	deleteSecretsFromInbox(name: string): Promise<void>;
}

/** The part of the module itself that a verification needs beyond {@link WasmModule}. */
export interface VerifyingModule extends WasmModule {
	/** Of user ids of this module, which TypeScript cannot say without importing it. */
	readonly DeviceLists: new (
		changed: never[],
		left: never[],
	) => object;
	readonly RequestType: Readonly<
		Record<"KeysUpload" | "KeysQuery" | "KeysClaim" | "ToDevice" | "SignatureUpload", unknown>
	>;
	readonly VerificationMethod: { readonly SasV1: unknown };
}

/** A verification as the machine sees it; `VerificationRequest` there. */
export interface WasmVerification {
	readonly cancelInfo: { cancelCode(): string } | undefined;
	readonly flowId: string;
	acceptWithMethods(methods: unknown[]): MachineRequest | undefined;
	cancel(): MachineRequest | undefined;
	getVerification(): object | undefined;
	isCancelled(): boolean;
	isDone(): boolean;
	isPassive(): boolean;
	isReady(): boolean;
	isSelfVerification(): boolean;
	startSas(): Promise<[object, MachineRequest] | undefined>;
	timedOut(): boolean;
	weStarted(): boolean;
}

/** The comparison of emoji; `Sas` there. */
export interface WasmSas {
	readonly otherDeviceId: { toString(): string };
	accept(): MachineRequest | undefined;
	canBePresented(): boolean;
	cancelInfo(): { cancelCode(): string } | undefined;
	cancelWithCode(code: string): MachineRequest | undefined;
	confirm(): Promise<MachineRequest[]>;
	emoji(): readonly ComparedEmoji[] | undefined;
	isCancelled(): boolean;
	timedOut(): boolean;
}

/** One of the seven that both devices show. @see Matrix specification v1.17, "SAS method: emoji" */
export interface ComparedEmoji {
	readonly symbol: string;
	/** Its English name. */
	readonly description: string;
}

/** The comparison of a verification that has come so far; codes to be scanned are never offered here. */
export function sasOf(verification: WasmVerification): WasmSas | undefined {
	const found = verification.getVerification();
	return found !== undefined && isSas(found) ? found : undefined;
}

function isSas(verification: object): verification is WasmSas {
	return "emoji" in verification && "canBePresented" in verification;
}

/** The person's identity, as far as a device of theirs can be asked to vouch for another. */
export interface WasmOwnIdentity {
	isVerified(): boolean;
	requestVerification(methods: unknown[]): Promise<[WasmVerification, MachineRequest]>;
}

/** @see WasmOwnIdentity */
export function isOwnIdentity(identity: object | undefined): identity is WasmOwnIdentity {
	return identity !== undefined && "requestVerification" in identity && "isVerified" in identity;
}
