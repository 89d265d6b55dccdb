import { type Shades, shadesOf } from "../config/index.ts";

/**
 * The one stylesheet, inlined into every page so that a page is one answer. System fonts; light and dark by the
 * person's own setting; text contrast at least 4.5:1, controls 44 px high, focus always visible.
 */
export const style = `
:root{color-scheme:light dark;--ground:#f3f4f6;--card:#fff;--text:#17191f;--soft:#565c68;--line:#d5d8de;--edge:#7f8694;
--accent:#0f5c4d;--accent-over:#0a473b;--on-accent:#fff;--danger:#b3261e;--danger-over:#8c1d17;--on-danger:#fff;
--info-ground:#e9f3f0;--warn-ground:#fdf2d9;--warn-edge:#8a6100;--bad-ground:#fcebea;--code:#eef0f3}
@media (prefers-color-scheme:dark){:root{--ground:#111317;--card:#1a1d23;--text:#eceef2;--soft:#a9b0bd;--line:#343943;--edge:#858d9b;
--accent:#7fd6bf;--accent-over:#a3e4d2;--on-accent:#06231c;--danger:#ffb0a8;--danger-over:#ffcac4;--on-danger:#3b0906;
--info-ground:#15302a;--warn-ground:#352a10;--warn-edge:#e0b04c;--bad-ground:#3a1a18;--code:#242831}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;
overflow-wrap:anywhere}
.bar{max-width:34rem;margin:0 auto;padding:1rem 1.25rem .75rem;display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;
font-size:.875rem;color:var(--soft)}
.bar b{color:var(--text);font-weight:600}.bar a{padding-block:.75rem;margin-block:-.75rem}
main{max-width:34rem;margin:0 auto 3rem;padding:1.5rem 1.25rem 1.75rem;background:var(--card);border-block:1px solid var(--line)}
.logo{height:1.5rem;max-width:8rem;vertical-align:middle;margin-inline-end:.5rem;object-fit:contain}
.foot{max-width:34rem;margin:-2rem auto 2rem;padding:0 1.25rem;display:flex;flex-wrap:wrap;gap:0 1.25rem;font-size:.875rem}.foot a{padding-block:.75rem}
@media (min-width:36rem){.foot{padding:0 2rem}}
@media (min-width:36rem){main{border:1px solid var(--line);border-radius:.75rem;padding:2rem}.bar{padding:2.5rem 2rem .75rem}}
main>:last-child{margin-bottom:0}
h1,h2,.notice>strong,.code,.even{text-wrap:balance}p,li,dd{text-wrap:pretty}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .75rem;font-weight:650}
h2{font-size:1.0625rem;line-height:1.35;margin:2rem 0 .5rem;font-weight:650}
p{margin:0 0 1rem}ul,ol{margin:0 0 1rem;padding-inline-start:1.25rem}li{margin-bottom:.25rem}li:last-child{margin-bottom:0}
a{color:var(--accent)}a:hover{color:var(--accent-over)}
.soft,.hint{color:var(--soft)}.hint{font-size:.875rem;margin:.25rem 0 0}.small{font-size:.875rem}.whole{display:inline-block}.wrong{color:var(--danger);font-size:.875rem;margin:.25rem 0 0}
form{margin:0}
.field{margin:0 0 1.125rem}
label{display:block;font-weight:600;margin-bottom:.25rem}
input[type=text],input[type=password],select{display:block;width:100%;min-height:2.75rem;padding:.5rem .75rem;font:inherit;color:inherit;
background:var(--card);border:1px solid var(--edge);border-radius:.5rem}
input[aria-invalid=true]{border:2px solid var(--danger)}
input[readonly]{background:var(--code)}
input[hidden]{display:none}
.secret{display:flex;gap:.5rem}.secret input{flex:1;min-width:0}.secret [aria-pressed=true]{background:var(--info-ground);border-color:var(--accent)}
.choice{display:flex;gap:.625rem;align-items:flex-start;min-height:2.75rem;padding:.625rem 0;margin-bottom:1rem}.choice label{margin:0;font-weight:400}
.choice input{width:1.25rem;height:1.25rem;flex:none;margin:.125rem 0;accent-color:var(--accent)}
.actions{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.5rem}
.answers{row-gap:1.5rem}form+.notice,form+.live{margin-top:1.5rem}.below{margin-top:1.5rem}.actions form{display:contents}.actions+dl,.rows+form+dl{margin-top:1.75rem}
.button{display:inline-flex;align-items:center;justify-content:center;min-height:2.75rem;padding:.5rem 1.125rem;font:inherit;font-weight:600;
line-height:1.25;text-align:center;text-decoration:none;border:1px solid transparent;border-radius:.5rem;cursor:pointer}
.primary{background:var(--accent);color:var(--on-accent)}.primary:hover{background:var(--accent-over);color:var(--on-accent)}
.danger{background:var(--danger);color:var(--on-danger)}.danger:hover{background:var(--danger-over);color:var(--on-danger)}
.button[hidden]{display:none}
.plain{background:transparent;color:var(--text);border-color:var(--edge)}.plain:hover{background:var(--code);color:var(--text)}
@media (max-width:30rem){.actions .button{width:100%}}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.notice{margin:0 0 1.25rem;padding:.75rem 1rem;border-inline-start:4px solid var(--accent);background:var(--info-ground);border-radius:.25rem}
.notice p:last-child,.notice ul:last-child{margin-bottom:0}
.notice>strong:first-child{display:block}
.warning{border-color:var(--warn-edge);background:var(--warn-ground)}
.error{border-color:var(--danger);background:var(--bad-ground)}.error a{color:inherit}
dl{margin:0 0 1.25rem;border-top:1px solid var(--line)}
dl>div{display:grid;grid-template-columns:6.5rem 1fr;gap:0 .75rem;padding:.5rem 0;border-bottom:1px solid var(--line)}
dt{color:var(--soft);font-size:.875rem;line-height:1.5rem}dd{margin:0}
@media (max-width:19rem){dl>div{grid-template-columns:1fr}}
code,.code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.9375em}
code,.code,bdi{unicode-bidi:isolate}code{direction:ltr}
.code{display:block;padding:.75rem 1rem;margin:0 0 1rem;background:var(--code);border-radius:.5rem;line-height:1.7;word-spacing:.25em}
.rows{list-style:none;padding:0;margin:0 0 1.25rem;border-top:1px solid var(--line)}
.rows>li{margin:0;padding:.75rem 0;border-bottom:1px solid var(--line)}
dl+.rows{border-top:0;margin-top:-1.25rem}
.rows a{display:inline-block;min-height:1.5rem;font-weight:600}.rows .small a{font-weight:400}
details{margin:0 0 1rem}summary{display:list-item;min-height:2.75rem;padding:.625rem 0;font-weight:600;color:var(--accent);cursor:pointer}
.qr{display:block;width:100%;max-width:15rem;margin:0 0 1rem;border-radius:.5rem}ol.code{padding-inline-start:3rem}
hr{border:0;border-top:1px solid var(--line);margin:1.5rem 0}
`;

/** What the stylesheet has for the operator's accent; nothing where they have none. */
export function accentStyle(accent: string | undefined): string {
	if (accent === undefined) return "";
	const { day, night } = shadesOf(accent);
	return `:root{${colours(day)}}@media (prefers-color-scheme:dark){:root{${colours(night)}}}`;
}

function colours({ accent, over, on, ground }: Shades): string {
	return `--accent:${accent};--accent-over:${over};--on-accent:${on};--info-ground:${ground}`;
}
