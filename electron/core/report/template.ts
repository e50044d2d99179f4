/** Eta: `<%= %>` escapes, `<%~ %>` does not and is used for the style and for the drawings, which are made of numbers. */
export const reportTemplate = `<!doctype html>
<html lang="<%= it.words.lang %>">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title><%= it.words.title %> · <%= it.name %></title>
<style><%~ it.style %></style>
</head>
<body>
<main>
<header>
<p class="soft"><%= it.words.title %></p>
<h1><%= it.name %></h1>
<p class="soft mono"><%= it.snapshot.input.format %> · <%= it.snapshot.input.bytes %> B · sha256 <%= it.snapshot.input.sha256 ?? '–' %></p>
<div class="verdict"><span class="badge <%= it.verdict %>"><%= it.words.verdict[it.verdict] %></span><span><%= it.words.verdictText[it.verdict] %></span></div>
<% if (it.snapshot.cards.validate && it.snapshot.cards.validate.lossEnters) { %><p><%= it.words.lossEnters[it.snapshot.cards.validate.lossEnters] %></p><% } %>
<% const streaming = it.snapshot.cards.validate?.engineUse?.weightStreaming; if (streaming) { %><p><%= it.words.weightBudget(it.number(streaming.budget), it.number(streaming.streamable)) %></p><% } %>
<% if (it.snapshot.cards.build && it.snapshot.cards.build.backend === 'onnxruntime') { %><p class="not-judged"><%= it.words.notTensorRT %></p><% } %>
</header>

<section>
<h2><%= it.words.headings.comparisons %></h2>
<% if (it.snapshot.comparisons.length === 0) { %><p class="soft"><%= it.words.none %></p><% } else { %>
<div class="scroll"><table>
<thead><tr><% for (const name of ['hop', 'output', 'verdict']) { %><th><%= it.words.columns[name] %></th><% } %><% for (const name of ['compared', 'maxAbs', 'meanAbs', 'maxRel', 'rmse', 'cosine', 'mismatched', 'tolerance', 'requiredAtol']) { %><th class="n"><%= it.words.columns[name] %></th><% } %><th><%= it.words.columns.reason %></th></tr></thead>
<tbody>
<% for (const row of it.snapshot.comparisons) { %><tr>
<td><%= it.words.hop[row.hop] %></td><td class="mono"><%= row.output %></td><td class="<%= row.verdict %>"><strong><%= it.words.verdict[row.verdict] %></strong></td>
<% for (const name of ['compared', 'maxAbs', 'meanAbs', 'maxRel', 'rmse', 'cosine', 'mismatched']) { %><td class="n"><%= it.number(row[name]) %></td><% } %>
<td class="n"><%= it.number(row.atol) %>, <%= it.number(row.rtol) %></td><td class="n"><%= it.number(row.requiredAtol) %></td><td><%= row.reason === null ? '' : it.words.reason(row.reason) %></td>
</tr><% } %>
</tbody></table></div>
<p class="soft"><%= it.words.rule %>: <code><%= it.snapshot.recipe.validate.rule === 'numpy' ? '|a - r| <= atol + rtol * |r| (numpy)' : '|a - r| <= atol or |a - r| / |r| <= rtol (polygraphy)' %></code></p>
<% } %>
</section>

<% if (it.charts.length > 0) { %><section>
<h2><%= it.words.headings.charts %></h2>
<% for (const chart of it.charts) { %><h3><%= chart.title %></h3>
<div class="charts"><figure><figcaption><%= it.words.histogram %></figcaption><%~ chart.histogram %></figure><figure><figcaption><%= it.words.scatter %> (- - <%= it.words.tolerance %>)</figcaption><%~ chart.scatter %></figure></div>
<% } %>
</section><% } %>

<section>
<h2><%= it.words.headings.findings %></h2>
<% if (it.findings.length === 0) { %><p class="soft"><%= it.words.none %></p><% } %>
<% for (const finding of it.findings) { %><div class="finding <%= finding.severity %>"><p><code><%= finding.code %></code><% if (finding.title) { %> <strong><%= finding.title %></strong><% } %></p><p><%= finding.message %></p><p class="soft"><%= it.words.remedy %>: <%= finding.remedy %></p><% if (finding.original) { %><p class="soft mono own"><%= finding.original %></p><% } %><% for (const keys of finding.keys) { %><div class="scroll"><table><thead><tr><th><%= keys.title %></th><th><%= keys.inFile %></th><th><%= keys.inClass %></th></tr></thead><tbody>
<% for (const row of keys.rows) { %><tr><td class="mono"><%= row.name %></td><td class="mono"><%= row.file ?? '–' %></td><td class="mono"><%= row.class ?? '–' %></td></tr><% } %><% if (keys.more > 0) { %><tr><td class="soft" colspan="3">+ <%= keys.more %></td></tr><% } %>
</tbody></table></div><% } %></div><% } %>
</section>

<section>
<h2><%= it.words.headings.stages %></h2>
<div class="scroll"><table><thead><tr><th><%= it.words.columns.stage %></th><th><%= it.words.columns.state %></th><th class="n"><%= it.words.columns.seconds %></th></tr></thead><tbody>
<% for (const stage of it.stages) { %><tr><td><%= stage.name %></td><td><%= stage.state %></td><td class="n"><%= it.number(stage.seconds) %></td></tr><% } %>
</tbody></table></div>
</section>

<% if (it.snapshot.cards.build && it.snapshot.cards.build.readBacks.length > 0) { %><section>
<h2><%= it.words.headings.requested %></h2>
<p class="soft"><%= it.snapshot.cards.build.backend %> <%= it.snapshot.cards.build.libraryVersion ?? '' %> <%= it.snapshot.cards.build.targets.join(', ') %></p>
<% if (it.snapshot.cards.build.notReadBack) { %><p><%= it.words.notReadBack(it.words.reason(it.snapshot.cards.build.notReadBack)) %></p><% } %>
<% if (it.snapshot.cards.build.precisions.length > 0) { %><p class="mono"><%= it.snapshot.cards.build.precisions.map((part) => part.type + ' ' + part.layers).join(', ') %></p><% } %>
<div class="scroll"><table><thead><tr><% for (const name of ['option', 'requested', 'achieved', 'readFrom']) { %><th><%= it.words.columns[name] %></th><% } %></tr></thead><tbody>
<% for (const row of it.snapshot.cards.build.readBacks) { %><tr><td><%= row.option %></td><td class="mono"><%= row.requested ?? '–' %></td><td class="mono <%= row.same === false ? 'fail' : '' %>"><%= row.achieved ?? '–' %></td><td class="soft"><%= row.readFrom %></td></tr><% } %>
</tbody></table></div>
</section><% } %>

<% if (it.snapshot.cards.load) { %><section>
<h2><%= it.words.headings.inputs %></h2>
<div class="scroll"><table><thead><tr><th><%= it.words.columns.name %></th><th><%= it.words.columns.dtype %></th><th><%= it.words.columns.shape %></th></tr></thead><tbody>
<% for (const input of it.snapshot.cards.load.sample) { %><tr><td class="mono"><%= input.name %></td><td><%= input.dtype %></td><td class="mono"><%= input.shape.join(' × ') %></td></tr><% } %>
</tbody></table></div>
</section><% } %>

<section>
<h2><%= it.words.headings.artifacts %></h2>
<div class="scroll"><table><thead><tr><% for (const name of ['kind', 'path', 'bytes', 'sha256']) { %><th><%= it.words.columns[name] %></th><% } %></tr></thead><tbody>
<% for (const file of it.artifacts) { %><tr><td><%= file.kind %></td><td class="mono"><%= file.path %></td><td class="n"><%= it.number(file.bytes) %></td><td class="mono"><%= file.sha256 %></td></tr><% } %>
</tbody></table></div>
</section>

<section>
<h2><%= it.words.headings.environment %></h2>
<div class="scroll"><table><tbody><% for (const [name, value] of it.environment) { %><tr><td><%= name %></td><td class="mono"><%= value %></td></tr><% } %></tbody></table></div>
</section>

<section>
<h2><%= it.words.headings.recipe %></h2>
<figure><pre class="mono" style="margin:0;white-space:pre-wrap"><%= it.recipe %></pre></figure>
</section>

<footer><%= it.words.made %> <%= it.snapshot.app %> · <%= it.snapshot.updatedAt %> · <%= it.snapshot.id %></footer>
</main>
</body>
</html>
`
