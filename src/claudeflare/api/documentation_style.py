"""How `/api/docs` looks: light and dark, from a phone to a wide screen, and on paper."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --text: light-dark(#1c2024, #e6e8eb); --quiet: light-dark(#5b636d, #a3abb5);
  --ground: light-dark(#fff, #111317); --raised: light-dark(#f4f5f7, #1a1d22); --line: light-dark(#d9dde2, #2c3138);
  --link: light-dark(#0b5cad, #7cb8f5); --get: light-dark(#0b6b3a, #6fd39a); --write: light-dark(#8a4b00, #f0b35f);
  --delete: light-dark(#a8201a, #f58f87); }
* { box-sizing: border-box; }
body { margin: 0; display: grid; grid-template-columns: 20rem minmax(0, 1fr); color: var(--text);
  background: var(--ground); font: 1rem/1.55 system-ui, sans-serif; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.5rem; background: var(--raised);
  border-right: 1px solid var(--line); font-size: .875rem; }
nav h2 { margin: 1rem 0 .25rem; font-size: .875rem; }
nav ul { margin: 0; padding: 0; list-style: none; }
nav li { overflow-wrap: anywhere; }
nav b { color: var(--quiet); font-size: .75rem; font-weight: 600; }
main { padding: 1.5rem clamp(1rem, 4vw, 4rem) 6rem; max-width: 70rem; }
h1 { margin: 0 0 1rem; }
main > h2 { margin: 3.5rem 0 0; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
h3 { margin: 2rem 0 .5rem; font: 600 1rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
section { scroll-margin-top: 1rem; }
section:target { outline: 2px solid var(--link); outline-offset: .75rem; border-radius: 2px; }
p { margin: .5rem 0; max-width: 48rem; }
a { color: var(--link); text-decoration: none; }
a:hover, a:focus-visible { text-decoration: underline; }
code, pre { font: .875rem/1.5 ui-monospace, monospace; }
code { padding: .05rem .25rem; background: var(--raised); border-radius: 3px; }
pre { margin: .5rem 0; padding: .75rem 1rem; max-height: 28rem; overflow: auto; background: var(--raised);
  border: 1px solid var(--line); border-radius: 6px; }
.get { color: var(--get); } .post, .patch, .put { color: var(--write); } .delete { color: var(--delete); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { padding: .3rem 1rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--quiet); font-weight: 600; }
@media (max-width: 60rem) { body { display: block; } nav { position: static; height: auto; border: 0; } }
@media print { nav { display: none; } body { display: block; } pre { max-height: none; } }
"""
