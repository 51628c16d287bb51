"""The contract as Great Expectations has it."""

import great_expectations as gx
import great_expectations.expectations as gxe


def expectations():
    """Return them anew: an expectation belongs to one suite."""
    return [
        *(gxe.ExpectColumnValuesToNotBeNull(column=name) for name in ("order_id", "status", "net", "tax", "gross")),
        gxe.ExpectColumnValuesToBeUnique(column="order_id"),
        gxe.ExpectColumnValuesToMatchRegex(column="order_id", regex=r"^[A-Z]{2}[0-9]+$"),
        gxe.ExpectColumnValuesToBeInSet(column="status", value_set=["open", "paid"]),
        gxe.ExpectColumnValuesToBeBetween(column="net", min_value=0),
        gxe.ExpectColumnValuesToBeBetween(column="tax", min_value=0),
        gxe.ExpectColumnValueLengthsToBeBetween(column="note", max_value=20),
        gxe.ExpectColumnValuesToBeBetween(column="net", max_value=10_000, severity="warning"),
        # Net and tax add up to gross: a column of its own, made before.
        gxe.ExpectColumnValuesToBeBetween(column="net_and_tax_less_gross", min_value=-0.005, max_value=0.005),
    ]


def broken(frame):
    """Return the types of the expectations that fail, each with its column."""
    frame = frame.assign(net_and_tax_less_gross=frame["net"] + frame["tax"] - frame["gross"])
    context = gx.get_context(mode="ephemeral")
    batches = (
        context.data_sources.add_pandas("p").add_dataframe_asset("orders").add_batch_definition_whole_dataframe("b")
    )
    suite = context.suites.add(gx.ExpectationSuite(name="orders", expectations=expectations()))
    definition = context.validation_definitions.add(gx.ValidationDefinition(name="v", data=batches, suite=suite))
    results = definition.run(batch_parameters={"dataframe": frame}).results
    failed = [result.expectation_config for result in results if not result.success]
    return sorted((config.type, config.kwargs["column"]) for config in failed)
