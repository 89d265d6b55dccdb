import { errcodes } from "@countersign/protocol";
import { besideSynapse, type Check, type Finding } from "../finding.ts";
import { exchange, isTurnedAway, post, type Question, type Reply, said, textOf } from "../question.ts";
import type { SynapseSetup } from "../setup.ts";
import { allDoors } from "./questions.ts";
import { addRule, few, proxyOf, setting } from "./words.ts";

const upload = "_matrix/client/v3/keys/device_signing/upload";
const exact = [upload, upload.replace("v3", "unstable")];
/** Ways to write them that some server between here and Synapse might read as the same. */
const others = [
	upload.replace("v3", "r0"),
	`/${upload}`,
	upload.replace("/keys/", "//keys/"),
	upload.replace("_signing", "%5Fsigning"),
	upload.replace("/v3/", "/%763/"),
	`${upload}/`,
	`/${upload.replace("v3", "unstable").replace("_signing", "%5fsigning")}`,
];

function isGuarded(answer: Reply): boolean {
	return answer.ok && answer.headers["x-countersign-guard"] !== undefined;
}

const ownUpload = ({ own }: SynapseSetup) => post(own, upload);

export const guard: Check = besideSynapse({
	id: "guard",
	promise: "the guard is on",
	after: ["server"],
	asks: (setup) => [ownUpload(setup)],
	judge({ setup, reply }) {
		if (!setup.homeserver.guard)
			return [
				{
					verdict: "warning",
					what: setting(setup, "homeserver.guard"),
					found:
						"guard: no. Who approves a reset opens the whole account for ten minutes: any device that is signed in, a stolen one too, can replace the identity",
					fix: 'write guard: yes, restart Countersign, and put the rules that "npx countersign proxy nginx" (or caddy) prints into the proxy',
				},
			];
		const answer = reply(ownUpload(setup));
		if (isGuarded(answer)) return [];
		return [
			{
				verdict: "problem",
				what: setting(setup, "homeserver.guard"),
				found: `${exchange(ownUpload(setup), answer)}, not by the guard`,
				fix: "restart Countersign: it still runs with other settings",
			},
		];
	},
});

export const guardedUploads: Check = besideSynapse({
	id: "guarded-uploads",
	promise: "no way that was named, or that is often forgotten, leads past the guard",
	after: ["server", "guard", "certificate"],
	asks: (setup) => allDoors(setup).flatMap((door) => [...exact, ...others].map((path) => post(door, path))),
	judge({ setup, reply }) {
		if (!setup.homeserver.guard) return undefined;
		const isSilent = (door: string) => !reply(post(door, upload)).ok;
		const open = allDoors(setup).filter((door) => !isSilent(door));
		// That the public one is silent is said elsewhere, and of the likely ones nobody said that they are there.
		const silent = setup.also.filter(isSilent);
		if (open.length + silent.length === 0) return undefined;
		return [
			...silent.map((door) => silence(door, reply(post(door, upload)))),
			...open.flatMap((door) => judgeDoor(door, { setup, reply })),
		];
	},
});

function limited(door: string, exchanges: readonly string[]): Finding {
	return {
		verdict: "warning",
		what: proxyOf(door),
		found: `it turns away who asks often, so whether uploads of keys get past the guard was not seen:\n${few(exchanges)}`,
		fix: "run doctor again in a minute, or from an address that the proxy does not limit",
	};
}

function silence(door: string, answer: Reply): Finding {
	return {
		verdict: "problem",
		what: `--also ${door}`,
		found: `${said(answer)}, so nothing can be said of it`,
		fix: "leave it out if nothing listens there",
	};
}

function judgeDoor(
	door: string,
	{ setup, reply }: { readonly setup: SynapseSetup; readonly reply: (question: Question) => Reply },
): readonly Finding[] {
	const asked = [...exact, ...others].map((path) => {
		const question = post(door, path);
		return { path, question, answer: reply(question) };
	});
	const isPublic = door === setup.homeserver.publicBase;
	const turnedAway = asked.filter(({ answer }) => isTurnedAway(answer) && !isGuarded(answer));
	const wrong = asked.filter(
		(one) =>
			!isGuarded(one.answer) &&
			!turnedAway.includes(one) &&
			(isTaken(one.answer) || (isPublic && exact.includes(one.path))),
	);
	if (wrong.length === 0)
		return turnedAway.length === 0
			? []
			: [
					limited(
						door,
						turnedAway.map(({ question, answer }) => exchange(question, answer)),
					),
				];
	return [
		{
			verdict: "problem",
			what: proxyOf(door),
			found: `uploads of keys get past the guard:\n${few(wrong.map(({ question, answer }) => exchange(question, answer)))}`,
			fix: addRule(setup, { url: door, rule: "guard" }),
		},
	];
}

/** A homeserver that asks for a token would take the upload with one; where nothing is, nothing can be uploaded. */
function isTaken(answer: Reply): boolean {
	const code = textOf(answer, "errcode") ?? "";
	return code.startsWith("M_") && code !== errcodes.unrecognized && code !== errcodes.notFound;
}
