"""Names in words: of fields, of fields of records, of outputs, and of what simulations make of them."""

from rmt_asymptotics.vocabulary.fields import FIELDS
from rmt_asymptotics.vocabulary.quantities import QUANTITIES

OF_SIMULATION = {  # suffixes of names, in every Dataset
    "_simulation": "simulated",
    "_standard_error": "standard error of the simulated",
    "_z_score": "z-score of the",
    "_values": "of each replica:",
    "_corrected": "mean over draws at finite size of the",
    "_standard_deviation": "standard deviation of one draw of the",
}


def described(name: str) -> dict[str, str]:
    """Words and unit of a variable or coordinate, as Datasets hold them; a name that is not known stands for itself.

    >>> described("step.rate")
    {'long_name': 'rate of the step, eta/sqrt(p)', 'units': '1'}
    >>> described("training_error_simulation")["long_name"]
    'simulated training error, mean (y - f)^2'
    """
    words, unit = _words(name)
    return {"long_name": words} | ({"units": unit} if unit else {})


def _words(name: str) -> tuple[str, str]:
    if name in QUANTITIES:
        return QUANTITIES[name].words, QUANTITIES[name].unit
    if name in FIELDS:
        return FIELDS[name].label, FIELDS[name].unit
    record, _, inner = name.rpartition(".")
    if record in FIELDS and inner in FIELDS:
        field = FIELDS[inner]
        return f"{field.words} of the {FIELDS[record].label}" + (f", {field.symbol}" * bool(field.symbol)), field.unit
    for suffix, words in OF_SIMULATION.items():
        if (quantity := QUANTITIES.get(name.removesuffix(suffix))) is not None:
            return f"{words} {quantity.words}", quantity.unit
    return name, "1"
