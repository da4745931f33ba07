"""The explorer: sliders, curves, simulation and maps of the models in a browser, served to this machine only.

`form` describes the models to the page, `view` reads what it asks for, `answers` and the parts behind it compute that
piece by piece, `worker` does so in a process of its own, `session` keeps one request of a page in flight, `guard` and
`server` serve.  The page is in `static/`: plain modules of JavaScript, and uPlot (MIT, its licence beside it) for axes.
"""
