"""The page of a class report, a template for Jinja."""
# ruff: noqa: E501

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ report.assignment | shown }}: class report</title>
<style>
body { font: 15px/1.45 system-ui, sans-serif; color: #1a1a1a; max-width: 75rem; margin: 2rem auto;
  padding: 0 1.5rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; }
h2 { font-size: 1.2rem; margin-top: 2.2rem; border-bottom: 1px solid #ddd; padding-bottom: .2rem; }
p.note, figcaption { color: #555; max-width: 50rem; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem; }
thead th { border-bottom: 2px solid #888; white-space: nowrap; }
tbody tr { border-bottom: 1px solid #e5e5e5; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
ul { margin: 0; padding-left: 1.1rem; }
code { font-size: .92em; background: #f3f3f3; padding: 0 .25em; border-radius: 3px; }
.wide { overflow-x: auto; }
.key span { display: inline-block; margin-right: 1.1rem; white-space: nowrap; }
.key i { display: inline-block; width: 1.1em; height: 1.1em; line-height: 1.1em; font-style: normal;
  text-align: center; margin-right: .35em; border: 1px solid #999; vertical-align: text-bottom; }
.grid td { text-align: center; border: 1px solid #fff; padding: .15rem .5rem; cursor: default; }
.grid th { white-space: nowrap; font-weight: normal; }
.grid thead th { font-weight: bold; text-align: center; }
figure { margin: .5rem 0; }
svg { display: block; max-width: 100%; }
svg text { font: 13px system-ui, sans-serif; }
</style>
</head>
<body>
<h1>{{ report.assignment | shown }}</h1>
<p class="note">{{ headline | shown }}. Made on {{ when }}.</p>

<h2>How each exercise went</h2>
<p class="key">
{% for status, (sign, colour) in looks.items() %}
<span><i style="background:{{ colour }}">{{ sign }}</i>{{ status }}</span>
{% endfor %}
</p>
<figure>
{% set high = 26 %}
<svg viewBox="0 0 960 {{ bars | length * high + 4 }}" width="960" role="img"
  aria-label="For each exercise a bar: the shares of students by how they stand; the numbers are in the tables below">
{% for one, segments in bars %}
{% set top = loop.index0 * high %}
<text x="142" y="{{ top + 16 }}" text-anchor="end">{{ (one.name | shown)[:20] }}</text>
{% for status, count, left, width in segments %}
<rect x="{{ 150 + 7.4 * left }}" y="{{ top + 2 }}" width="{{ 7.4 * width }}" height="{{ high - 6 }}"
  fill="{{ looks[status][1] }}" stroke="#777" stroke-width=".6"><title>{{ one.name | shown }}: {{ count }} {{ status }}</title></rect>
{% if width > 4 %}
<text x="{{ 150 + 7.4 * (left + width / 2) }}" y="{{ top + 16 }}" text-anchor="middle">{{ count }}</text>
{% endif %}
{% endfor %}
<text x="900" y="{{ top + 16 }}">{{ one.share_right | percent }}</text>
{% endfor %}
</svg>
<figcaption>Students per exercise; on the right the share that has all points, of those whose
answers wait for no reader.</figcaption>
</figure>

<h2>Points</h2>
<figure>
<svg viewBox="0 0 640 190" width="640" role="img"
  aria-label="Histogram of points: {% for low, up, count, _ in bins %}{{ count }} from {{ low | number('.3g') }} to {{ up | number('.3g') }}{{ ', ' if not loop.last }}{% endfor %}">
{% for low, up, count, share in bins %}
{% set left = 20 + loop.index0 * 60 %}
<rect x="{{ left }}" y="{{ 150 - 1.25 * share }}" width="58" height="{{ 1.25 * share }}" fill="#0072B2"/>
{% if count %}
<text x="{{ left + 29 }}" y="{{ 145 - 1.25 * share }}" text-anchor="middle">{{ count }}</text>
{% endif %}
<text x="{{ left - 1 }}" y="167" text-anchor="middle">{{ low | number('.3g') }}</text>
{% endfor %}
<line x1="20" y1="150.5" x2="620" y2="150.5" stroke="#444"/>
<text x="619" y="167" text-anchor="middle">{{ report.max_score | number('g') }}</text>
<text x="320" y="186" text-anchor="middle">points (late penalties count)</text>
</svg>
<figcaption>Number of students by points.</figcaption>
</figure>

<h2>What went wrong</h2>
<div class="wide"><table>
<thead><tr><th>Exercise</th><th>Title</th><th class="n">Points</th><th class="n">Right</th>
<th class="n">Seconds</th><th class="n">Discrimination</th><th>Misconceptions, and what a student was told</th></tr></thead>
<tbody>
{% for one in report.exercises %}
<tr><th scope="row">{{ one.name | shown }}</th><td>{{ one.title | shown }}</td>
<td class="n">{{ one.max_points | number('g') }}</td><td class="n">{{ one.share_right | percent }}</td>
<td class="n">{{ one.seconds | number('.1f') }}</td><td class="n">{{ one.discrimination | number('+.2f') }}</td>
<td>{% if one.misconceptions %}<ul>{% for each in one.misconceptions %}
<li>{{ each.count }} &times; <code>{{ (each.name or "no id") | shown }}</code> {{ each.message | shown }}</li>
{% endfor %}</ul>{% endif %}</td></tr>
{% endfor %}
</tbody></table></div>
<p class="note">Seconds: the median time that an exercise's cells took to run when they were graded,
which is not the time a student spent. Discrimination: the correlation of an exercise's points with
the points in all others; near 0 or below, the exercise or its test deserves a look. It needs five
students whose points differ.</p>

<h2>Who is stuck where</h2>
<p class="note">Fewest points first. A field shows how a student stands; its tooltip names the
misconceptions.</p>
<div class="wide"><table class="grid">
<thead><tr><th>Student</th><th class="n">Points</th>
{% for one in report.exercises %}<th>{{ (one.name | shown)[:20] }}</th>{% endfor %}</tr></thead>
<tbody>
{% for student in students %}
<tr><th scope="row"><bdi>{{ student.id | shown }}</bdi>{% if student.variant %} (variant {{ student.variant | shown }}){% endif %}</th><td class="n">{{ student.score | number('g') }}</td>
{% for one in report.exercises %}
{% if one.name in student.standings %}
{% set status = student.standings[one.name].status %}
<td style="background:{{ looks[status][1] }}" title="{{ told(student, one.name) }}">{{ looks[status][0] }}</td>
{% else %}<td></td>
{% endif %}
{% endfor %}</tr>
{% endfor %}
</tbody></table></div>
{% if report.unknown %}
<p class="note">Not graded in the exam room, so their mistakes are not known:
{{ report.unknown | map("shown") | join(", ") }}.</p>
{% endif %}
</body>
</html>
"""
