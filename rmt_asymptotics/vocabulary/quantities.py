"""All outputs: errors, how well they were solved, and what else Datasets hold."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """An output.  name: in results and Datasets.  symbol: of the notes.  words: beside an axis.  unit: "" for words."""

    name: str
    symbol: str
    words: str
    unit: str = "1"


SOLVED = (  # by the state evolution
    Quantity("test_error", "E e", "test error E(y - f)^2, noise included"),
    Quantity("training_error", "E[e/(1+V)^2]", "training error, mean (y - f)^2"),
    Quantity("training_objective", "", "training error + (ridge/n)|a|^2"),
)
DERIVED = (Quantity("excess_error", "E e - Delta", "test error - noise variance"),)
LOSSES = (  # with any loss but the square one on real labels, where they are the errors
    Quantity("test_loss", "E l", "test loss"),
    Quantity("training_loss", "", "training loss"),
    Quantity("norm", "|a|^2/p", "squared norm of the readout over the width, over d where that is infinite"),
)
OF_TWO_VALUES = (
    Quantity("misclassification", "P(y f < 0)", "share of fresh labels predicted wrongly"),
    Quantity("training_misclassification", "", "share of training labels predicted wrongly"),
)
SOLUTION = (
    Quantity("residual", "", "max |Psi(V) - V|/(1 + |V|) at the returned point"),
    Quantity("error_estimate", "", "estimated relative error of the errors"),
    Quantity("status", "", "how the point ended", unit=""),
    Quantity("message", "", "what went wrong, in words", unit=""),
)
SIMULATION = (
    Quantity("samples", "n", "number of training samples of the simulation, n"),
    Quantity("simulation_message", "", "why the point was not simulated", unit=""),
)
OF_TEST_ERROR = (  # its parts; names of their own: `samples` is a variance here
    Quantity("noise", "", "noise of fresh labels"),
    Quantity("bias", "", "squared bias of the mean predictor"),
    Quantity("label_noise", "", "variance from the label noise of the samples"),
    Quantity("samples", "", "variance from the inputs of the samples"),
    Quantity("initialisation", "", "variance from the random weights"),
    Quantity("samples_and_initialisation", "", "variance from samples and weights together"),
    Quantity("label_noise_and_initialisation", "", "variance from label noise and weights together"),
)
PARTS = {quantity.name: quantity for quantity in OF_TEST_ERROR}
OF_SPECTRA = (
    Quantity("eigenvalue", "", "eigenvalue of Phi^T Phi/p"),
    Quantity("singular_value", "", "singular value of W"),
    Quantity("density", "", "limiting density"),
    Quantity("edges", "", "edges of the bulk"),
    Quantity("outlier", "", "outliers of the bulk"),
    Quantity("histogram", "", "density of simulated eigenvalues"),
    Quantity("bin", "", "centres of the bins"),
    Quantity("bin_width", "", "widths of the bins"),
)
OF_BOUNDARIES = (
    Quantity("curve", "", "number of the curve"),
    Quantity("mismatch", "", "how far the condition is from holding"),
)
QUANTITIES = {
    quantity.name: quantity
    for quantity in (*SOLVED, *DERIVED, *LOSSES, *OF_TWO_VALUES, *SOLUTION, *SIMULATION, *OF_SPECTRA, *OF_BOUNDARIES)
}
SOLVED_ERRORS = tuple(quantity.name for quantity in SOLVED)
ERRORS = tuple(quantity.name for quantity in (*SOLVED, *DERIVED))
SOLVED_OUTPUTS = tuple(quantity.name for quantity in (*SOLVED, *LOSSES, *OF_TWO_VALUES))
OUTPUT_NAMES = tuple(quantity.name for quantity in (*SOLVED, *DERIVED, *LOSSES, *OF_TWO_VALUES))
LOSS_OUTPUTS = tuple(quantity.name for quantity in LOSSES)
BINARY_OUTPUTS = tuple(quantity.name for quantity in OF_TWO_VALUES)
