import type { Mutant } from "./mutants.ts";

/** A mutant that no test can notice, because what it does is the same. */
export interface Equivalent {
	readonly file: string;
	/** The line, without the white space around it. */
	readonly code: string;
	/** As the tool prints it; left out where the reason holds for every mutant of the line. */
	readonly change?: string;
	readonly reason: string;
}

/** Each with its reason. An entry that fits no mutant any more is told, and has to go. */
export const equivalent: readonly Equivalent[] = [
	...of("packages/core/src/answer-by-row.ts", {
		reason: "how often a step is tried that others keep taking is no promise: afterwards the app asks again",
		lines: [
			["const attempts = 3;", "3 => 4"],
			["for (let attempt = 0; attempt < attempts; attempt++) {", "0 => 1"],
			["for (let attempt = 0; attempt < attempts; attempt++) {", "< => <="],
		],
	}),
	...of("packages/core/src/carry-out-spend.ts", {
		reason: "with every look a key fewer is missing, or it ends: of three keys there is no fifth look",
		lines: [
			["const looks = 4;", "4 => 5"],
			["for (let look = 0; look < looks; look++) {", "< => <="],
			["for (let look = 0; look < looks; look++) {", "++ => --"],
		],
	}),
	...of("packages/core/src/finish-spends.ts", {
		reason: "how many one run of the job looks at is no promise: the others are first in the next",
		lines: [["const atMost = 100;", "100 => 101"]],
	}),
	...of("packages/core/src/claim/transitions.ts", {
		reason: "said for the reader: who expires a row asks for nothing else, and the compiler reads the names",
		lines: [
			['expire: { from: ["pending", "approved"], to: "expired", only: ["over"] },', '"over" => nothing'],
		],
	}),
	...of("packages/server/src/config/file.ts", {
		reason: "the pattern fits every text: the default is for the compiler",
		lines: [['const [name = ""] = /[^\\s:]*/.exec(text.slice(pos[0])) ?? [];', '"" => "x"']],
	}),
	...of("packages/server/src/config/given.ts", {
		reason: "a setting has a name: the default is for the compiler",
		lines: [
			[
				'export function withMember(tree: Tree, [name = "", ...rest]: readonly string[], value: unknown): Tree {',
				'"" => "x"',
			],
			['function without(tree: Tree, [name = "", ...rest]: readonly string[]): Tree {', '"" => "x"'],
			['const name = path.at(-1) ?? "";', '"" => "x"'],
		],
	}),
	...of("packages/server/src/config/nearest.ts", {
		reason: "every place of the table that is read is filled: the defaults are for the compiler",
		lines: [
			["const swapped = isSwap ? (before[j - 2] ?? 0) + 1 : replaced;", "0 => 1"],
			["next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced, swapped));", "0 => 1"],
			["return row[other.length] ?? 0;", "0 => 1"],
		],
	}),
	...of("packages/server/src/config/nearest.ts", {
		reason: "what lies behind the last place is never read",
		lines: [["let row = Array.from({ length: other.length + 1 }, (_, at) => at);", "1 => 2"]],
	}),
	...of("packages/server/src/config/settings.ts", {
		reason: "what is no address has no name that is one: the default is for the compiler",
		lines: [['const [, host = "", bits] = /^([^/]*)(?:\\/(\\d{1,3}))?$/.exec(text) ?? [];', '"" => "x"']],
	}),
	...of("packages/server/src/identifiers/read-name.ts", {
		reason: "a part that may be empty is there whenever the pattern fits: the default is for the compiler",
		lines: [['const [, typed = "", server] = meant.exec(name) ?? [];', '"" => "x"']],
	}),
	...of("packages/server/src/limits/networks.ts", {
		reason:
			"an IPv6 address has eight groups, and text has a part before its first mark: the defaults are for the compiler",
		lines: [
			["const [one = 0, two = 0, three = 0, four = 0] = groupsOf(address);", "0 => 1"],
			['const [head = "", tail] = (address.split("%")[0] ?? "").split("::");', '"" => "x"'],
		],
	}),
	...of("packages/server/src/outbound/outbound.ts", {
		reason:
			"whoever has no time left has a moment, and an answer has a status: the default is for the compiler",
		lines: [
			["const timeoutMs = Math.max(1, wanted.timeoutMs - (performance.now() - begunAt));", "1 => 2"],
			[
				"resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) });",
				"0 => 1",
			],
		],
	}),
	...of("packages/server/src/proofs/check-password.ts", {
		reason: "no password is empty, and nobody knows the one that stands in for one that there is not",
		lines: [
			[
				"if (row === undefined || hash === null || !matches || !typed.ok) {",
				"row === undefined || hash === null => (row === undefined)",
			],
			[
				"if (row === undefined || hash === null || !matches || !typed.ok) {",
				"row === undefined || hash === null || !matches || !typed.ok => (row === undefined || hash === null || !matches)",
			],
			[
				'const matches = await passwords.verify(hash ?? nobodys, typed.ok ? typed.password : "");',
				'"" => "x"',
			],
		],
	}),
	...of("packages/server/src/proofs/passwords.ts", {
		reason: "what the library does unasked today, said so that another release of it changes nothing",
		lines: [
			[
				"const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;",
				"memoryCost: 19_456, => nothing",
			],
			[
				"const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;",
				"parallelism: 1 => nothing",
			],
		],
	}),
	...of("packages/server/src/sessions/open.ts", {
		reason: "a client that is not there has no name, as one whose metadata cannot be read",
		lines: [
			[
				'const client = claims((await deps.storage.read.sessions.clientMetadata(clientId)) ?? "{}");',
				'"{}" => ""',
			],
		],
	}),
	...["access tokens", "refresh tokens", "sessions", "devices"].map((name) => ({
		...{ file: "packages/server/src/sessions/retention.ts" },
		code: `slice: ({ slices }, range) => slices.end("${name}", range),`,
		change: `slice: ({ slices }, range) => slices.end("${name}", range), => nothing`,
		reason: "a slice is how much is looked at in one go: what goes in the end is the same",
	})),
	...of("packages/server/src/storage/embedded/stream.ts", {
		reason: "the table has one row: whoever takes a position holds that",
		lines: [
			[
				"const row = await db",
				'db .updateTable("stream") .set((eb) => ({ position: eb("position", "+", 1) })) .where("name", "=", "main") => db .updateTable("stream") .set((eb) => ({ position: eb("position", "+", 1) }))',
			],
			[
				"const row = await db",
				'db .selectFrom("stream") .select("position") .where("name", "=", "main") => db .selectFrom("stream") .select("position")',
			],
		],
	}),
	...of("packages/server/src/tasks/backoff.ts", {
		reason:
			"after nineteen tries it is the longest wait whatever is counted, and a lot that is drawn has a byte",
		lines: [
			["return Math.min(firstMs * 2 ** Math.min(times, 20), longest);", "20 => 21"],
			["const [byte = 0] = random.bytes(1);", "0 => 1"],
		],
	}),
	...of("packages/server/src/tasks/backoff.ts", {
		reason: "of more bytes that are drawn the first alone counts",
		lines: [["const [byte = 0] = random.bytes(1);", "1 => 2"]],
	}),
	...of("packages/server/src/tasks/outbox.ts", {
		reason: "who is asked the first time was never silent: any moment long past says so",
		lines: [["let askAgainAt = 0;", "0 => 1"]],
	}),
	...of("packages/server/src/tasks/outbox.ts", {
		reason: "whoever looks was woken, which says so: what it is before that is for the compiler",
		lines: [["let lookAgain = false;", "false => true"]],
	}),
	...of("packages/server/src/http/node.ts", {
		reason: "what a server got has a method: the default is for the compiler",
		lines: [['const [method, path] = [incoming.method ?? "", pathOf(incoming)];', '"" => "x"']],
	}),
	...of("packages/server/src/http/connections.ts", {
		reason: "a connection that ends was counted: the default is for the compiler",
		lines: [["const left = (counts.get(key) ?? 0) - 1;", "0 => 1"]],
	}),
	...of("packages/server/src/people/register.ts", {
		reason: "a count may be called anything that no other count is called",
		lines: [['{ name: "register", points: 300, seconds: 3600 },', '"register" => ""']],
	}),
	...of("packages/server/src/authorization/provider.ts", {
		reason: "the engine adds that scope itself, for the claim `sub`: the list says that there is no other",
		lines: [['scopes: ["openid"],', '"openid" => ""']],
	}),
	...of("packages/server/src/compat/lifetimes.ts", {
		reason: "a count may be called anything that no other count is called",
		lines: [
			['export const loginLimit = { name: "login", points: 120, seconds: 60 } as const;', '"login" => ""'],
			['{ name: "sso", points: 120, seconds: 60 },', '"sso" => ""'],
		],
	}),
	...of("packages/server/src/guard/handler.ts", {
		reason: "Node always says what was asked for: the default is for the compiler",
		lines: [['const { url = "" } = incoming;', '"" => "x"']],
	}),
	...of("packages/server/src/guard/handler.ts", {
		reason: "any text will do that is the hash of nothing",
		lines: [['const noToken = "";', '"" => "x"']],
	}),
	...of("packages/server/src/guard/undo-paths.ts", {
		reason:
			"what is split has a first part, and no part of a path is empty: the defaults are for the compiler",
		lines: [
			['const [release = "", ...encoded] = path.slice(prefix.length).split("/");', '"" => "x"'],
			['[, second = "", third = "", fourth = "", ...more]: readonly string[],', '"" => "x"'],
		],
	}),
	...of("packages/server/src/guard/caller.ts", {
		reason: "what a server got has an address: the default is for the compiler",
		lines: [
			[
				'export function claimsOf({ headersDistinct, url = "" }: IncomingMessage): Claims | undefined {',
				'"" => "x"',
			],
		],
	}),
	...of("packages/server/src/introspection/read-form.ts", {
		reason: "nothing is no form, whatever is put in its place",
		lines: [
			[
				'return headers["content-encoding"] === undefined && formType.test(headers["content-type"] ?? "");',
				'"" => "x"',
			],
		],
	}),
	...of("packages/server/src/resume/address.ts", {
		reason: "what is split has a first part: the default is for the compiler",
		lines: [
			['const [path = "", search] = sent.split(/\\?(.*)/);', '"" => "x"'],
			['const [segment = "", ...more] = segments;', '"" => "x"'],
		],
	}),
	...of("packages/server/src/words/language.ts", {
		reason: "a formatter that is made anew says the same: it is kept because making one takes long",
		lines: [["known.set(unit, format);", "known.set(unit, format); => ;"]],
	}),
	...of("packages/server/src/words/parse-text.ts", {
		reason: "whoever closes the text itself has nothing left that is whole, whatever it is called",
		lines: [
			[
				'const open: { readonly tag: string; readonly parts: Part[] }[] = [{ tag: "", parts: [] }];',
				'"" => "x"',
			],
		],
	}),
	...["const plain = usual.exec(form)?.[1];", "if (plain !== undefined) return plain;"].map((code) => ({
		...{ file: "packages/server/src/introspection/read-form.ts", code },
		reason:
			"the quick way for what homeservers send: without it the form is read as any other, to the same token",
	})),
];

function of(
	file: string,
	excused: {
		readonly reason: string;
		readonly lines: readonly (readonly [code: string, change: string])[];
	},
): readonly Equivalent[] {
	return excused.lines.map(([code, change]) => ({ file, code, change, reason: excused.reason }));
}

export function excuseOf(mutant: Mutant, list = equivalent): Equivalent | undefined {
	return list.find(
		({ file, code, change }) =>
			file === mutant.file && code === mutant.code && (change === undefined || change === mutant.change),
	);
}
