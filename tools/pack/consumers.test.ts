/** Other people's programs: each compiles against the installed package, and signs in at a real server. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { allow, type RunningServer, startServer } from "../../packages/server/test/support/server.ts";
import { createConsumer, type Runtime, runProgram, runtimes } from "./consumer.ts";

const consumer = createConsumer();
after(() => consumer[Symbol.dispose]());

/** Signs in, refreshes, signs out; says where the person has to go, then what became of it. */
const steps = `
const say = (line) => console.log(JSON.stringify(line));
const { homeserver, versions } = await discoverHomeserver(process.argv[2]);
const metadata = await discoverAuthMetadata(homeserver);
const client = { clientUri: "https://tool.example", clientName: "Tool" };
const { clientId, tokens } = await loginByLoopback({ metadata, client, present: (url) => say({ url }) });
const holder = createTokenHolder({ metadata, clientId, tokens, save: async () => {} });
const renewed = await holder.accessToken({ rejected: tokens.accessToken });
const token = holder.tokens().refreshToken;
await processRevocationResponse(await revocationRequest(metadata, { token, clientId }));
const over = await holder.accessToken({ rejected: renewed }).catch((error) => isClientError(error) && error.code);
say({ versions: versions.length > 0, isRenewed: renewed !== tokens.accessToken, over });
`;
const names = [
	...["createTokenHolder", "discoverAuthMetadata", "discoverHomeserver", "isClientError"],
	...["processRevocationResponse", "revocationRequest"],
];
const imports = `import { ${names.join(", ")} } from "@countersign/client";
import { loginByLoopback } from "@countersign/client/node";
`;
/** The same with what a program in TypeScript adds: types named, options that may be undefined. */
const inTypeScript =
	`${imports.replace("isClientError,", "isClientError, type RequestOptions, type SessionTokens,")}
declare const process: { readonly argv: readonly [string, string, string] };
declare const console: { log(line: string): void };
${steps
	.replace("(line) =>", "(line: object) =>")
	.replace("await discoverHomeserver(process.argv[2])", "await discoverHomeserver(process.argv[2], options)")
	.replace("async () => {}", "async (fresh: SessionTokens) => void fresh")
	.replace("(error) =>", "(error: unknown) =>")}
`.replace("const say", "const options: RequestOptions = { timeoutMs: 20_000 };\nconst say");

const web = { lib: ["es2022", "dom"], types: [], target: "es2022", skipLibCheck: false, strict: true };
const nodenext = { module: "nodenext", moduleResolution: "nodenext" };
const bundler = { module: "preserve", moduleResolution: "bundler" };

describe("a program in TypeScript compiles", () => {
	before(() => {
		consumer.write("app.ts", inTypeScript);
		consumer.borrow("@types/node");
		consumer.borrow("undici-types");
	});
	const ways: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
		"nodenext, with exact optional properties": { ...web, ...nodenext, exactOptionalPropertyTypes: true },
		"nodenext, without": { ...web, ...nodenext, exactOptionalPropertyTypes: false },
		"a bundler's resolution, nothing else said": { ...bundler, lib: ["es2022", "dom"], noEmit: true },
		"a bundler's resolution, not strict": { ...web, ...bundler, strict: false },
		"nodenext, with the types of Node in place of a browser's": {
			...{ ...web, ...nodenext, lib: ["es2022"], types: ["node"] },
		},
	};
	for (const [way, options] of Object.entries(ways)) {
		test(way, () => {
			const file = way.includes("types of Node") ? withoutOwnDeclarations() : "app.ts";
			assert.equal(consumer.compile({ ...options, noEmit: true }, file), "");
		});
	}
	test("and what is wrong with it is told", () => {
		consumer.write(
			"wrong.ts",
			'import { discoverHomeserver } from "@countersign/client";\ndiscoverHomeserver(1);\n',
		);
		assert.match(consumer.compile({ ...web, ...nodenext, noEmit: true }, "wrong.ts"), /^wrong\.ts.*TS2345/);
	});
});

function withoutOwnDeclarations(): string {
	const text = inTypeScript
		.replace(/^declare const .*$/gm, "")
		.replace("process.argv[2]", 'process.argv[2] ?? ""');
	consumer.write("app-of-node.ts", text);
	return "app-of-node.ts";
}

describe("a program signs in, refreshes and signs out", () => {
	let server: RunningServer;
	before(async () => {
		server = await startServer();
		await server.register("alice");
	});
	after(() => server.close());

	async function signsIn(runtime: Runtime, file: string): Promise<void> {
		const comeBack = async (line: unknown) => {
			const { url } = line as { readonly url?: string };
			if (url === undefined) return;
			const { left } = await allow(server.browser(), url, "alice");
			await (await fetch(left)).body?.cancel();
		};
		const lines = await runProgram(runtime, [file, server.url], comeBack);
		assert.deepEqual(lines.at(-1), { versions: true, isRenewed: true, over: "logged-out" });
	}

	for (const runtime of runtimes()) {
		test(`in plain JavaScript, on Node ${runtime.version}`, () =>
			signsIn(runtime, consumer.write("plain.mjs", `${imports}${steps}`)));

		test(`compiled from TypeScript, on Node ${runtime.version}`, async () => {
			consumer.write("app.ts", inTypeScript);
			assert.equal(consumer.compile({ ...web, ...nodenext, outDir: "compiled" }, "app.ts"), "");
			await signsIn(runtime, join(consumer.folder, "compiled/app.js"));
		});
	}
});
