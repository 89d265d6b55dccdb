import { asAccountId } from "@countersign/core";
import { z } from "zod";
import { readAddress } from "../../identifiers/index.ts";
import type { InviteProblem } from "../../operating/index.ts";
import { type Answer, type Operation, operation } from "../operation.ts";
import type { AdminReads } from "../ports.ts";
import { type Refusal, refuse, refuseInput, told } from "../refusals.ts";
import { time, timeOf, word } from "../shapes.ts";
import { ownBase } from "./resource.ts";

const link = z.object({ url: z.string(), expires_at: time });

/** Links with which people set their passwords themselves. Whoever has one can: it is told here alone. */
export function oneTimeLinks({ accounts }: AdminReads): readonly Operation[] {
	return [
		operation({
			...{ id: "makeResetLink", method: "POST", path: `${ownBase}/users/{id}/reset-link` },
			isSevere: true,
			...{ tag: "countersign", about: "A link with which this person sets a password, once" },
			told: {
				201: { about: "The link", body: link },
				...told("not-found", "account-closed", "account-locked"),
			},
			async answer({ param, deeds, by }) {
				const account = await accounts.find({ id: asAccountId(param("id")) });
				if (account === undefined) return refuse("not-found");
				const made = await deeds.links.make([account.id], by);
				if (!made.ok) return refuse(made.reason);
				const [first] = made.links;
				if (first === undefined) return refuse("not-found");
				return { status: 201, body: { url: first.url, expires_at: timeOf(first.expiresAt) } };
			},
		}),
		operation({
			...{ id: "invite", method: "POST", path: `${ownBase}/invitations`, tag: "countersign" },
			isSevere: true,
			about: "Make accounts, and a link for each; whoever has one already is left alone. All or none",
			body: z.strictObject({
				people: z
					.array(z.strictObject({ username: word, displayname: word.optional(), email: word.optional() }))
					.min(1)
					.max(100),
			}),
			told: {
				201: {
					about: "In the order of the list",
					body: z.object({ links: z.array(link.extend({ username: z.string() }).nullable()) }),
				},
				...told("name-invalid", "named-before", "display-name", "name-taken", "name-kept", "homeserver-away"),
			},
			async answer({ body: { people }, deeds, by }) {
				const read = people.map(({ username: localpart, displayname: displayName, email }) => ({
					...{ localpart, displayName },
					email: email === undefined ? undefined : readAddress(email),
				}));
				const wrong = people.findIndex(
					({ email }, at) => email !== undefined && read[at]?.email === undefined,
				);
				if (wrong >= 0) return refuseInput(`people.${wrong}.email is no e-mail address`);
				const outcome = await deeds.invite(read, by);
				if (!outcome.ok) {
					const [first] = outcome.problems;
					return first === undefined ? refuse("failed") : problemOf(first);
				}
				const links = outcome.links.map((made, at) =>
					made === undefined
						? null
						: {
								username: people[at]?.username ?? "",
								...{ url: made.url, expires_at: timeOf(made.expiresAt) },
							},
				);
				return { status: 201, body: { links } };
			},
		}),
	];
}

/** As at the making of one account, and about whom in the list. */
function problemOf(problem: InviteProblem): Answer {
	const reason = refusalOf(problem);
	return refuse(reason, reason === "homeserver-away" ? undefined : `people.${problem.at}`);
}

function refusalOf(problem: InviteProblem): Refusal {
	switch (problem.reason) {
		case "localpart-invalid":
			return problem.fault === "kept-there" ? "name-kept" : "name-invalid";
		case "display-name-too-long":
		case "display-name-not-shown":
			return "display-name";
		case "named-before":
			return "named-before";
		case "known-at-homeserver":
			return "name-taken";
		case "homeserver-unavailable":
			return "homeserver-away";
	}
}
