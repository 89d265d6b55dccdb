import type { Operation } from "./contract.ts";
import { kindsBeyond, type Shape } from "./shape.ts";

type Operations = ReadonlyMap<string, Operation>;

/**
 * What a program that was written for `theirs` may stumble over here, a line each: what it sends and is not taken, what it
 * reads and is not told, and what it was not told of.
 */
export function differences(theirs: Operations, ours: Operations): readonly string[] {
	const lines = names(theirs, ours).flatMap((name) => {
		const [there, here] = [theirs.get(name), ours.get(name)];
		if (here === undefined) return [`${name}: is not here`];
		if (there === undefined) return [`${name}: is here alone`];
		const all = [
			...ofParameters(there.parameters, here.parameters),
			...ofBodies(there.body, here.body),
			...ofAnswers(there.answers, here.answers),
		];
		return all.map((line) => `${name}: ${line}`);
	});
	return lines.sort();
}

function names(...maps: readonly ReadonlyMap<string, unknown>[]): readonly string[] {
	return [...new Set(maps.flatMap((each) => [...each.keys()]))];
}

function ofParameters(theirs: Operation["parameters"], ours: Operation["parameters"]): readonly string[] {
	return names(theirs, ours).flatMap((name) => {
		const [there, here] = [theirs.get(name), ours.get(name)];
		// How a part of a path is called is nobody's business but the document's; how many there are, the path says.
		if (name.startsWith("path ")) return [];
		if (here === undefined) return [`${name} is not taken`];
		if (there === undefined) return [`${name} is taken here alone`];
		return [
			...(here.isRequired && !there.isRequired ? [`${name} has to be there`] : []),
			...ofSent(name, there.shape, here.shape),
		];
	});
}

function ofBodies(theirs: Operation["body"], ours: Operation["body"]): readonly string[] {
	if (ours === undefined) return theirs === undefined ? [] : ["body is not taken"];
	if (theirs === undefined) return ["body is taken here alone"];
	return [
		...(ours.isRequired && !theirs.isRequired ? ["body has to be there"] : []),
		...ofSent("body", theirs.shape, ours.shape),
	];
}

/** What is sent: here has to be taken whatever there is. */
function ofSent(what: string, theirs: Shape, ours: Shape): readonly string[] {
	return names(theirs, ours).flatMap((at) => {
		const [there, here] = [theirs.get(at), ours.get(at)];
		const place = at === "" ? what : `${what} ${at}`;
		if (here === undefined) return [`${place} is not taken`];
		if (there === undefined)
			return [`${place} is taken here alone${here.isRequired ? ", and has to be there" : ""}`];
		return [
			...(here.isRequired && !there.isRequired ? [`${place} has to be there`] : []),
			...beyond(place, "is not taken", kindsBeyond(there.kinds, here.kinds)),
		];
	});
}

function ofAnswers(theirs: Operation["answers"], ours: Operation["answers"]): readonly string[] {
	return names(theirs, ours).flatMap((status) => {
		if (!ours.has(status)) return [`${status} is never answered`];
		if (!theirs.has(status)) return [`${status} is answered here alone`];
		const [there, here] = [theirs.get(status), ours.get(status)];
		if (there === undefined) return here === undefined ? [] : [`${status} has a body here alone`];
		return here === undefined ? [`${status} has no body`] : ofTold(status, there, here);
	});
}

/** What is told: there has to be known whatever is told here. */
function ofTold(status: string, theirs: Shape, ours: Shape): readonly string[] {
	return names(theirs, ours).flatMap((at) => {
		const [there, here] = [theirs.get(at), ours.get(at)];
		const place = at === "" ? status : `${status} ${at}`;
		if (here === undefined) return [`${place} is not told`];
		if (there === undefined) return [`${place} is told here alone`];
		return [
			...(there.isRequired && !here.isRequired ? [`${place} may be absent`] : []),
			...beyond(place, "may be told", kindsBeyond(here.kinds, there.kinds)),
		];
	});
}

function beyond(place: string, verb: string, kinds: readonly string[]): readonly string[] {
	return kinds.length === 0 ? [] : [`${place}: ${kinds.join(", ")} ${verb}`];
}
