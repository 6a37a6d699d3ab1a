namespace Consent.CookieBanner.Pages;

/// <summary>
/// How the pages look: from 320 px to a wall, by day and by night, on paper, and in a reader's own colours. A table that does not fit
/// becomes a list of cards; one of many columns (<c>wide</c>) is so everywhere, and one of <c>entries</c> has the same columns as the
/// next. The roles stand in the markup, since a browser forgets them where a row is no longer laid out as a row.
/// </summary>
internal static class PageStyle
{
    public const string Css = """
        :root{color-scheme:light dark;--page:#f6f6f3;--card:#fff;--line:#d9dad4;--text:#1d2021;--quiet:#565c5e;--act:#0b5c8a;--mark:#fff3d6;--mark-line:#a66b00}
        @media (prefers-color-scheme:dark){:root{--page:#14171a;--card:#1d2226;--line:#3a4248;--text:#eceeee;--quiet:#aab3b8;--act:#8cc8ee;--mark:#332a14;--mark-line:#e0b25a}}
        *{box-sizing:border-box}
        html{font-size:clamp(1rem,.9rem + .25vw,1.55rem);-webkit-text-size-adjust:100%}
        body{margin:0;padding:0 1rem 3rem;background:var(--page);color:var(--text);font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;line-height:1.6;overflow-wrap:break-word}
        header,main,footer{max-width:58rem;margin-inline:auto}
        header{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:.25rem 1.5rem;padding:1rem 0;border-bottom:1px solid var(--line)}
        .owner{margin:0;font-weight:600}
        .owner a{color:inherit;text-decoration:none}
        .owner a:hover{text-decoration:underline}
        header ul{display:flex;flex-wrap:wrap;gap:0 1rem;margin:0;padding:0;list-style:none}
        header a,footer a,.contents a{display:inline-block;padding:.3rem 0}
        a{color:var(--act);text-underline-offset:.18em}
        :focus-visible{outline:3px solid var(--act);outline-offset:3px;border-radius:2px}
        h1{margin:2.5rem 0 .25rem;font-size:clamp(1.8rem,1.3rem + 2vw,2.6rem);line-height:1.15;letter-spacing:-.02em;text-wrap:balance}
        h2{margin:3rem 0 .75rem;font-size:1.45rem;line-height:1.25;letter-spacing:-.01em;text-wrap:balance}
        h3{margin:2rem 0 .5rem;font-size:1.125rem;line-height:1.3}
        p{margin:0 0 .9rem;max-width:42rem;white-space:pre-line}
        .dated,.quiet{color:var(--quiet)}
        .lead{font-size:1.1rem}
        .contents{margin:2rem 0;padding:1rem 1.25rem;border:1px solid var(--line);border-radius:.6rem;background:var(--card)}
        .contents h2{margin:0 0 .4rem;font-size:1rem}
        .contents ul{margin:0;padding:0;list-style:none;columns:16rem auto;column-gap:2rem}
        .contents li{break-inside:avoid}
        .notice{margin:1.5rem 0;padding:.9rem 1.1rem;border:1px solid var(--mark-line);border-left-width:.4rem;border-radius:.4rem;background:var(--mark)}
        .notice p{margin:0}
        .notice p+p,.notice li+li{margin-top:.5rem}
        .notice h2{margin:0 0 .5rem;font-size:1.1rem}
        section ul{max-width:42rem;margin:.2rem 0 .9rem;padding-left:1.2rem}
        .card{margin:1rem 0;padding:1.1rem 1.25rem 1.2rem;border:1px solid var(--line);border-radius:.6rem;background:var(--card)}
        .card h3{margin-top:0}
        dl{margin:.8rem 0 0}
        dl div{display:grid;grid-template-columns:minmax(0,12rem) minmax(0,1fr);gap:0 1.25rem;padding:.5rem 0;border-top:1px solid var(--line)}
        dt{color:var(--quiet)}
        dd{margin:0;white-space:pre-line}
        dd ul{margin:0}
        .tag{display:inline-block;margin:0 0 .6rem;padding:.1rem .6rem;border:1px solid currentColor;border-radius:1rem;font-size:.875rem;font-weight:600}
        .special{font-weight:600}
        table{width:100%;margin:1rem 0;border-collapse:collapse;background:var(--card);border:1px solid var(--line);font-size:.95rem}
        caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        th,td{padding:.6rem .8rem;text-align:left;vertical-align:top;border-top:1px solid var(--line);overflow-wrap:break-word}
        thead th{border-top:0;color:var(--quiet);font-weight:600}
        tbody th{font-weight:600}
        small{font-size:.9em;font-weight:400;color:var(--quiet)}
        .entries{table-layout:fixed}
        .entries th:nth-child(1){width:22%}
        .entries th:nth-child(2){width:15%}
        .entries th:nth-child(3),.entries th:nth-child(4){width:18%}
        td ul{margin:0;padding-left:1.1rem}
        td p{margin:.4rem 0 0}
        code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.92em;overflow-wrap:anywhere}
        .wide,.wide tbody,.wide tr,.wide th,.wide td{display:block}
        .wide{border:0;background:none}
        .wide thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        .wide tr{margin:0 0 .8rem;padding:.4rem .9rem .6rem;border:1px solid var(--line);border-radius:.6rem;background:var(--card)}
        .wide tbody th,.wide td{padding:.4rem 0;border:0}
        .wide td{display:grid;grid-template-columns:minmax(0,12rem) minmax(0,1fr);gap:0 1.25rem}
        .wide td::before{content:attr(data-label);color:var(--quiet)}
        footer{margin-top:3rem;padding-top:.75rem;border-top:1px solid var(--line)}
        @media screen and (max-width:46rem){
        dl div,.wide td{grid-template-columns:minmax(0,1fr)}
        table,tbody,tr,th,td{display:block}
        table{border:0;background:none}
        thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        tr{margin:0 0 .8rem;padding:.4rem .9rem .6rem;border:1px solid var(--line);border-radius:.6rem;background:var(--card)}
        tbody th,td{padding:.4rem 0;border:0}
        .entries th:nth-child(n){width:auto}
        td::before{content:attr(data-label);display:block;color:var(--quiet);font-size:.875rem}
        }
        @media (forced-colors:active){.card,.contents,table,tr,.notice,.tag{border-color:CanvasText}}
        @media print{
        @page{margin:18mm 16mm}
        :root{color-scheme:light;--page:#fff;--card:#fff;--line:#bbb;--text:#000;--quiet:#333;--act:#000;--mark:#fff;--mark-line:#000}
        html{font-size:10.5pt}
        body{padding:0}
        header nav,footer,.contents{display:none}
        h1{margin-top:1rem}
        h2,h3{break-after:avoid}
        tr,dl div,.notice{break-inside:avoid}
        .card{padding:0;border:0}
        main a[href^="https:"]::after{content:" (" attr(href) ")";font-size:.85em;overflow-wrap:anywhere}
        }
        """;
}
