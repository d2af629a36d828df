"""Scenarios of any size, for measuring how cost grows: a network of so many legs, flows, routes, drivers and events."""
import yaml


def correlations(count):
    """Each driver with the next one."""
    return {f"gdp-{i}/gdp-{i + 1}": 0.3 for i in range(count - 1)}


def made(legs=20, flows=8, routes=4, drivers=8, months=120, events=0, way=4):
    """Routes pass `way` legs, always in the order of the file; every leg is about as full as any other."""
    used = [0] * legs
    plan = []
    for f in range(flows):
        plan.append([])
        for r in range(routes):
            stride = 1 + (f + r) % 3
            via = sorted({(7 * f + 3 * r + stride * k) % legs for k in range(way)})
            plan[-1].append([f"leg-{leg}" for leg in via])
            for leg in via:
                used[leg] += 1
    # a unit of demand and a share of 1/routes each: a quarter more than the load of the base year. Drivers return to where they
    # started, within months, so that queues are as frequent in late months as in early ones
    capacity = [f"{1.25 * max(count, 1) / routes:.6g} Mt/yr" for count in used]
    scenario = {
        "scenario": "made", "title": "A made network", "time": {"base": "2019-07", "start": "2020-01", "months": months},
        "run": {"replications": 1000, "seed": 1, "home": "a", "prices": "constant 2019 USD"},
        "drivers": {f"gdp-{i}": {"model": "mean-reverting", "start": 1, "mean": 1, "kappa": "4 /yr", "sigma": 0.3}
                    for i in range(drivers)} | ({"correlation": {"pairs": correlations(drivers)}} if drivers > 1 else {}),
        "commodities": {"cargo": {"unit": "t", "value": "500 USD/t", "time_value": "triangular(0.1 0.3 0.6) USD/t/d"}},
        "legs": {f"leg-{i}": {"country": "a" if i % 2 else "b", "capacity": capacity[i], "use": {"cargo": 1},
                              "cost": {"cargo": f"{10 + i % 7} USD/t"}, "time": "3 d", "sd": "1 d"} for i in range(legs)},
        "flows": {f"flow-{f}": {
            "commodity": "cargo", "from": "a", "to": "b", "volume": "triangular(0.8 1 1.2) Mt/yr",
            "income": {f"gdp-{f % drivers}": 0.8}, "response": {"impact": 0.2, "long_run": 1.5, "speed": "0.27 /yr"},
            "choice": {"sensitivity": "triangular(0.03 0.05 0.08) /USD"},
            "routes": {f"route-{r}": {"share": f"{100 / routes:.10g} %", "via": via} for r, via in enumerate(plan[f])}}
            for f in range(flows)}}
    if events:
        scenario["events"] = {f"event-{i}": {"rate": "1 /yr", "duration": "lognormal(1 0.5) mo",
                                             "effects": {f"legs.leg-{i % legs}.capacity": {"scale": 0.9}}} for i in range(events)}
    return scenario


def write(path, **size):
    with open(path, "w") as file:
        yaml.safe_dump(made(**size), file, sort_keys=False, width=150)
