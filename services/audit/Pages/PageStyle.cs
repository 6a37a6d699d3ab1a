namespace Consent.Audit.Pages;

/// <summary>
/// How the pages look: from 320 px to a wall, by day and by night, on paper, and in a reader's own colours. A table that does not fit becomes a list of cards. Nothing is told
/// by a colour alone: states are words, and the bars of a chart differ in their pattern.
/// </summary>
internal static class PageStyle
{
    public const string Css = """
        :root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--line:#d5d9e0;--text:#191d24;--quiet:#535b68;--act:#1b4f9c;--on-act:#fff;--good:#17633a;--bad:#a3271d;--mark:#fff4da}
        @media (prefers-color-scheme:dark){:root{--page:#12151a;--card:#1a1f26;--line:#39424e;--text:#eceff3;--quiet:#aab3c0;--act:#9cc3ff;--on-act:#0c1a30;--good:#7fd6a2;--bad:#ffb0a6;--mark:#302914}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;padding:0 min(1.25rem,4vw) 3rem;background:var(--page);color:var(--text);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
        header,main,footer{max-width:76rem;margin-inline:auto}
        .skip{position:absolute;left:1rem;top:-4rem;padding:.6rem 1rem;background:var(--act);color:var(--on-act)}
        .skip:focus{top:.5rem}
        header{display:flex;flex-wrap:wrap;align-items:center;gap:.25rem 1.5rem;padding:.75rem 0;border-bottom:1px solid var(--line)}
        .owner{margin:0;font-weight:650}
        header nav:first-of-type{flex:1 1 auto}
        nav ul{display:flex;flex-wrap:wrap;gap:0 1.1rem;margin:0;padding:0;list-style:none}
        nav a,nav span{display:inline-block;padding:.4rem 0}
        [aria-current]{font-weight:650;text-decoration:none;border-bottom:3px solid currentColor}
        a{color:var(--act);text-underline-offset:.18em}
        :focus-visible{outline:3px solid var(--act);outline-offset:3px;border-radius:2px}
        main:focus{outline:none}
        h1{margin:2rem 0 1rem;font-size:clamp(1.6rem,1.2rem + 1.6vw,2.3rem);line-height:1.15;letter-spacing:-.01em;text-wrap:balance}
        h2{margin:2.5rem 0 .75rem;font-size:1.3rem;line-height:1.25}
        h3{margin:1.75rem 0 .5rem;font-size:1.08rem;line-height:1.3}
        p,ul{max-width:48rem}
        p{margin:0 0 .9rem}
        small,.quiet-text{color:var(--quiet);font-size:.92rem}
        code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.9em;overflow-wrap:anywhere}
        td,dd{overflow-wrap:break-word}
        .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:1rem}
        .card{min-width:0;padding:1.1rem 1.25rem 1.25rem;border:1px solid var(--line);border-radius:.6rem;background:var(--card)}
        .card h2{margin-top:0}
        .card h3:first-child{margin-top:0}
        .field{margin:0 0 .8rem}
        .field label{display:block;font-weight:600}
        .field small{display:block}
        .fault{display:block;color:var(--bad)}
        [aria-invalid]{border:2px solid var(--bad)}
        input,select{width:100%;min-height:2.6rem;margin-top:.2rem;padding:.4rem .6rem;border:1px solid var(--quiet);border-radius:.4rem;background:var(--page);color:var(--text);font:inherit}
        button{min-height:2.6rem;padding:.5rem 1.1rem;border:2px solid var(--act);border-radius:.5rem;background:var(--act);color:var(--on-act);font:inherit;font-weight:650;cursor:pointer}
        button.quiet{background:transparent;color:var(--act)}
        .state{margin:0 0 1rem;padding:1rem 1.15rem;border:1px solid currentColor;border-left-width:.45rem;border-radius:.4rem;background:var(--card);max-width:60rem}
        .state p{margin:0;color:var(--text);max-width:none}
        .state strong{display:block;margin-bottom:.25rem}
        .good{color:var(--good)}
        .bad{color:var(--bad)}
        .open{color:var(--quiet)}
        dl{margin:.6rem 0 1rem}
        dl div{display:grid;grid-template-columns:minmax(0,17rem) minmax(0,1fr);gap:0 1.25rem;padding:.45rem 0;border-top:1px solid var(--line)}
        dt{color:var(--quiet)}
        dd{margin:0}
        dd ul,td ul{margin:0;padding-left:1.1rem}
        table{width:100%;margin:.75rem 0 1rem;border-collapse:collapse;background:var(--card);border:1px solid var(--line);font-size:.95rem}
        caption{padding:.4rem 0;text-align:left;font-weight:600}
        th,td{padding:.5rem .7rem;text-align:left;vertical-align:top;border-top:1px solid var(--line)}
        thead th{border-top:0;color:var(--quiet);font-weight:600}
        del{text-decoration-thickness:1px}
        ins{background:var(--mark);text-decoration-thickness:1px}
        .actions{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;max-width:none;margin:1rem 0;padding:0;list-style:none}
        .actions a,td a,tbody th a,dd a{display:inline-block;padding:.15rem 0}
        figure{margin:0}
        .chart{display:block;width:100%;height:auto;max-width:60rem;background:var(--card);border:1px solid var(--line)}
        .chart line,.hatch,.frame{stroke:var(--text);stroke-width:1}
        .solid{fill:var(--act)}
        .empty{fill:var(--card)}
        .key{vertical-align:-2px}
        .banner{display:block;width:100%;height:40rem;max-height:80vh;border:1px solid var(--line);background:Canvas}
        footer{margin-top:3rem;padding-top:.75rem;border-top:1px solid var(--line);color:var(--quiet);font-size:.92rem}
        @media screen and (max-width:46rem){
        dl div{grid-template-columns:minmax(0,1fr)}
        td,dd{overflow-wrap:anywhere}
        table,tbody,tr,th,td,caption{display:block}
        table{border:0;background:none}
        thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        tr{margin:0 0 .8rem;padding:.4rem .9rem .6rem;border:1px solid var(--line);border-radius:.6rem;background:var(--card)}
        tbody th,td{padding:.35rem 0;border:0}
        td::before{content:attr(data-label);display:block;color:var(--quiet);font-size:.875rem}
        }
        @media (forced-colors:active){.card,.state,table,tr{border-color:CanvasText}}
        @media print{
        @page{margin:16mm 14mm}
        :root{color-scheme:light;--page:#fff;--card:#fff;--line:#aaa;--text:#000;--quiet:#333;--act:#000;--on-act:#fff;--good:#000;--bad:#000;--mark:#fff}
        body{padding:0;font-size:10pt}
        header nav,header form,.actions,.skip,main form{display:none}
        h2,h3{break-after:avoid}
        tr,dl div,.state,figure{break-inside:avoid}
        }
        """;
}
