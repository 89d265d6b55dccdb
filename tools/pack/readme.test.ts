/** The README of the client, as its reader has it: what it shows compiles against what was installed. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createConsumer } from "./consumer.ts";

const consumer = createConsumer();
after(() => consumer[Symbol.dispose]());
// The reset is shown with the real libraries.
consumer.borrow("@matrix-org/matrix-sdk-crypto-wasm");
consumer.borrow("matrix-js-sdk");

/** What the reader has already, or writes. */
const readersOwn = `
declare const homeserver: string;
declare const metadata: import("@countersign/client").OAuthMetadata;
declare const holder: import("@countersign/client").TokenHolder;
declare const userId: string;
declare const deviceId: string;
declare const clientId: string;
declare const master_key: object, self_signing_key: object, user_signing_key: object;
declare const button: HTMLButtonElement;
declare const wasm: typeof import("@matrix-org/matrix-sdk-crypto-wasm");
declare const client: import("matrix-js-sdk").MatrixClient;
declare const olmMachine: import("@matrix-org/matrix-sdk-crypto-wasm").OlmMachine;
declare function showToThePerson(url: string): void;
declare function showLink(url: string): void;
declare function showApprovalPage(url: string, fingerprint: string | undefined, checkNow: () => void): void;
declare function writeToDisk(session: object): Promise<void>;
declare function askWhetherTheOtherDeviceShowsTheSame(
	emoji: readonly { readonly symbol: string; readonly description: string }[],
	signal: AbortSignal,
): Promise<boolean>;
declare function untilThePersonHasWrittenItDown(key: string): Promise<void>;
`;

const readme = readFileSync(join(consumer.installed, "README.md"), "utf8");
const blocks = readme.split(/^## /m).flatMap((section) => {
	const title = section.slice(0, section.indexOf("\n"));
	return [...section.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => ({ title, code }));
});

const strict = {
	...{
		module: "nodenext",
		target: "es2022",
		lib: ["es2022", "dom", "dom.iterable"],
		types: [],
		noEmit: true,
	},
	...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: true },
};

describe("what the README shows compiles:", () => {
	test("there is something to compile", () => assert.ok(blocks.length >= 4, `only ${blocks.length} blocks`));

	for (const [index, { title, code }] of blocks.entries()) {
		test(`${title} (${index + 1})`, () => {
			consumer.write("readers-own.d.ts", readersOwn);
			const file = `block-${index + 1}.ts`;
			consumer.write(file, `${code}\nexport {};\n`);
			assert.equal(consumer.compile(strict, "readers-own.d.ts", file), "");
		});
	}
});
